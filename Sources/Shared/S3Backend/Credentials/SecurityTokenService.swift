internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import XML

/// Asks AWS's Security Token Service for keys of a role.
///
/// Source: AWS STS API reference, version 2011-06-15.
struct SecurityTokenService: Sendable {
    let requester: any ServiceRequester
    /// Scheme, host and perhaps a path, without a slash at the end.
    let endpoint: String
    let region: String
    let now: @Sendable () -> AWSTime

    /// The answer to `AssumeRole`, signed, or to `AssumeRoleWithWebIdentity`, which is not.
    func credentials(
        _ parameters: [(String, String)], signedBy credentials: AWSCredentials?, source: String
    ) async throws -> LoadedCredentials {
        let body = Array(
            (parameters + [("Version", "2011-06-15")]).map { name, value in
                "\(name)=\(percentEncoded(value))"
            }.joined(separator: "&").utf8)
        let url = endpoint.hasSuffix("/") ? endpoint : endpoint + "/"
        var headers = [
            HTTPHeader("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        ]
        if let credentials {
            guard let place = EndpointParts(url) else {
                throw CredentialError.unreachable(
                    service: "STS", words: "'\(endpoint)' is not a URL")
            }
            let unsigned = UnsignedRequest(
                "POST", host: place.host, path: place.path, headers: headers,
                payload: PayloadHash(of: body))
            headers += RequestSigner(service: "sts", region: region)
                .headers(for: unsigned, as: credentials, at: now())
        }
        let request = ServiceRequest(
            "POST", url, headers: headers, body: body, timeout: .seconds(60), usesProxy: true)
        let answer = try await requester.answer(to: request, service: "STS")
        guard answer.status == 200 else { throw refusal(answer) }
        return try Self.credentials(from: answer.body, source: source)
    }

    private func refusal(_ answer: ServiceResponse) -> CredentialError {
        // Whatever cannot be read says no more than its status does.
        let texts = (try? Self.texts(in: answer.body)) ?? [:]
        let words = ["Code", "Message"].compactMap { texts[$0] }.joined(separator: ": ")
        return .refused(service: "STS", words: words.isEmpty ? "HTTP \(answer.status)" : words)
    }

    /// Reads the keys out of the XML of an answer.
    static func credentials(
        from body: [UInt8], source: String
    ) throws(CredentialError) -> LoadedCredentials {
        let texts: [String: String]
        do throws(XMLError) {
            texts = try Self.texts(in: body)
        } catch {
            throw .badAnswer(from: "STS", words: error.summary)
        }
        guard let id = texts["AccessKeyId"], let secret = texts["SecretAccessKey"],
            let token = texts["SessionToken"],
            let expiration = texts["Expiration"].flatMap({ AWSTime($0) }),
            ![id, secret, token].contains("")
        else { throw .badAnswer(from: "STS", words: "it lacks a key, its token or its end") }
        return LoadedCredentials(
            AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
            expiration: expiration, source: source)
    }

    /// The texts of the elements by their names, of which no two are alike in these answers.
    private static func texts(in body: [UInt8]) throws(XMLError) -> [String: String] {
        var texts: [String: String] = [:]
        try readXML(body) { event in
            if case .end(let name, let text) = event, texts[name] == nil { texts[name] = text }
        }
        return texts
    }
}

/// Host and path of an endpoint, as they are signed.
struct EndpointParts {
    let scheme: String
    /// With the port unless it is the scheme's own.
    let host: String
    /// At least `/`.
    let path: String

    init?(_ url: String) {
        guard let separator = url.utf8.firstRange(of: "://".utf8) else { return nil }
        scheme = url[..<separator.lowerBound].lowercased()
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard scheme == "http" || scheme == "https", !authority.isEmpty,
            !authority.contains("@"), authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        let usual = scheme == "http" ? ":80" : ":443"
        host = (authority.hasSuffix(usual) ? authority.dropLast(usual.count) : authority)
            .lowercased()
        let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
        self.path = path.isEmpty ? "/" : String(path)
    }

    /// The host without its port, and without the brackets of an IPv6 address.
    var hostName: String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" })
    }
}

extension ServiceRequester {
    /// The answer, whatever its status; no answer is a ``CredentialError/unreachable(service:words:)``.
    func answer(
        to request: ServiceRequest, service: String
    ) async throws -> ServiceResponse {
        do {
            return try await respond(to: request)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw CredentialError.unreachable(service: service, words: summary(of: error))
        }
    }
}
