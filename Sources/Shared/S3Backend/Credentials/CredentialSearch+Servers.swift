internal import Basics
internal import CloudStorage
internal import HTTPClient

extension CredentialSearch {
    // MARK: Containers

    /// Where plain HTTP is allowed for a container's credentials, besides loopback addresses.
    ///
    /// Source: botocore 1.43, `ContainerMetadataFetcher`.
    private static let containerHosts = [
        "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost",
    ]

    /// The keys that the environment of a container offers (ECS, EKS).
    func containerKeys() async throws -> LoadedCredentials? {
        let service = "the container's credentials server"
        let url: String
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = "http://169.254.170.2\(path)"
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            url = full
        } else {
            return nil
        }
        guard let place = EndpointParts(url),
            place.scheme == "https" || Self.containerHosts.contains(place.hostName)
                || Self.isLoopback(place.hostName)
        else {
            throw CredentialError.unreachable(
                service: service,
                words: "only HTTPS, loopback and the container's own addresses "
                    + "are allowed in AWS_CONTAINER_CREDENTIALS_FULL_URI")
        }
        var headers = [HTTPHeader("accept", "application/json")]
        if let token = try containerToken() { headers.append(HTTPHeader("authorization", token)) }
        let request = ServiceRequest(
            "GET", url, headers: headers, timeout: .seconds(2),
            usesProxy: place.scheme == "https")
        let body = try await containerAnswer(to: request, service: service)
        do throws(AnswerProblem) {
            return try credentials(fromMetadata: body, source: service)
        } catch {
            throw CredentialError.badAnswer(from: service, words: error.words)
        }
    }

    private func containerToken() throws(CredentialError) -> String? {
        let token: String
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            do {
                token = String(
                    decoding: try readFile(FilePath(path), limit: 1 << 20), as: UTF8.self)
            } catch {
                throw .unreadable(error)
            }
        } else if let text = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] {
            token = text
        } else {
            return nil
        }
        guard token.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw .badAnswer(
                from: "the container's authorization token",
                words: "it has a character that no header may have")
        }
        return token
    }

    /// Three attempts: right after a container started, its server may not be ready.
    private func containerAnswer(
        to request: ServiceRequest, service: String
    ) async throws -> [UInt8] {
        var attempt = 1
        while true {
            var pause = settings.retryPause
            do {
                let answer = try await requester.answer(to: request, service: service)
                if answer.status == 200 { return answer.body }
                if let requested = answer.retryAfter {
                    pause = min(requested, RetryingRequester.patience)
                }
                throw CredentialError.refused(service: service, words: "HTTP \(answer.status)")
            } catch let error as CredentialError {
                if attempt == 3 { throw error }
            }
            attempt += 1
            try await Task.sleep(for: pause)
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return host == "::1" || (isIPv4 && parts[0] == "127")
    }

    // MARK: Instances

    var metadataIsDisabled: Bool {
        environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true"
    }

    /// The keys of the role of the machine this runs on.
    ///
    /// `nil` when there is no such server or it has none: most machines are not at Amazon's.
    func instanceKeys() async throws -> LoadedCredentials? {
        if metadataIsDisabled { return nil }
        let service = "the instance's metadata"
        let section = try profileSection()
        let server = try metadataServer(section)
        var headers: [HTTPHeader] = []
        let answer = try await server.ask(
            "PUT", "latest/api/token",
            [HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")])
        if answer?.status == 400 { return nil }
        if let answer, answer.status == 200 {
            let token = String(decoding: answer.body, as: UTF8.self)
            headers.append(HTTPHeader("x-aws-ec2-metadata-token", token))
        } else if isOn("ec2_metadata_v1_disabled", "AWS_EC2_METADATA_V1_DISABLED", section) {
            throw CredentialError.unreachable(
                service: service, words: "it gives no token, and its version 1 is disabled")
        }
        let path = "latest/meta-data/iam/security-credentials/"
        guard let role = try await server.ask("GET", path, headers), role.status == 200,
            !role.body.isEmpty,
            let keys = try await server.ask(
                "GET", path + percentEncoded(role.body, keepingSlashes: true), headers),
            keys.status == 200
        else { return nil }
        // An instance that may not use its role answers with an error in JSON: no credentials.
        guard var loaded = try? credentials(fromMetadata: keys.body, source: service) else {
            return nil
        }
        // When the service that renews them is down, the old ones are accepted for longer.
        if let end = loaded.expiration {
            let soon = AWSTime(secondsSince1970: settings.now().secondsSince1970 + 20 * 60)
            loaded.expiration = max(end, soon)
        }
        return loaded
    }

    private func isOn(
        _ setting: String, _ variable: String, _ section: AWSConfigFile.Section
    ) -> Bool {
        (section[setting]?.text ?? environment[variable])?.lowercased() == "true"
    }

    private func metadataServer(
        _ section: AWSConfigFile.Section
    ) throws(CredentialError) -> MetadataServer {
        func value(_ setting: String, _ variable: String) -> String? {
            environment.nonEmpty(variable) ?? section[setting]?.text
        }
        func number(_ setting: String, _ variable: String) -> Int {
            value(setting, variable).flatMap { Int($0) }.map { max(1, min($0, 1000)) } ?? 1
        }
        let mode = value(
            "ec2_metadata_service_endpoint_mode", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
        let usual =
            mode?.lowercased() == "ipv6" ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/"
        let endpoint =
            value("ec2_metadata_service_endpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? usual
        try files.refuseFromRepository("ec2_metadata_service_endpoint", ofProfile: profileName)
        guard EndpointParts(endpoint) != nil else {
            throw .unreachable(
                service: "the instance's metadata", words: "\(quoted(endpoint)) is not a URL")
        }
        return MetadataServer(
            requester: requester, endpoint: endpoint.hasSuffix("/") ? endpoint : endpoint + "/",
            timeout: .seconds(
                number("metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT")),
            attempts: number(
                "metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"))
    }
}

/// The server with the address that every instance has on its link.
private struct MetadataServer {
    let requester: any ServiceRequester
    /// Ends with a slash.
    let endpoint: String
    let timeout: Duration
    let attempts: Int

    /// The answer, or `nil` when none came: on most machines nobody listens there.
    func ask(
        _ method: String, _ path: String, _ headers: [HTTPHeader]
    ) async throws -> ServiceResponse? {
        for attempt in 1...attempts {
            do {
                let answer = try await requester.respond(
                    to: ServiceRequest(
                        method, endpoint + path, headers: headers, timeout: timeout,
                        usesProxy: false))
                if answer.status < 500 || attempt == attempts { return answer }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                continue  // no such server, or a slow one
            }
        }
        return nil
    }
}
