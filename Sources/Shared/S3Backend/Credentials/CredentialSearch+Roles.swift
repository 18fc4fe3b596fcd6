internal import Basics

extension CredentialSearch {
    /// The keys of the role that a profile names, with those of another profile or place.
    ///
    /// `visited`: the profiles that lead here, this one included.
    func assumedRole(
        ofProfile name: String, visited: [String]
    ) async throws -> LoadedCredentials? {
        guard let section = files.profile(name), let role = section["role_arn"]?.text,
            section["web_identity_token_file"] == nil
        else { return nil }
        let source = try await sourceKeys(of: section, profile: name, visited: visited)
        var parameters = [
            ("Action", "AssumeRole"), ("RoleArn", role),
            ("RoleSessionName", section["role_session_name"]?.text ?? defaultSessionName),
        ]
        if let id = section["external_id"]?.text { parameters.append(("ExternalId", id)) }
        // What is not a number is passed over, as botocore does.
        if let seconds = section["duration_seconds"].flatMap({ Int($0.text) }) {
            parameters.append(("DurationSeconds", "\(seconds)"))
        }
        if let serial = section["mfa_serial"]?.text {
            guard let ask = settings.askForCode else {
                throw CredentialError.codeNeeded(profile: name)
            }
            parameters.append(("SerialNumber", serial))
            parameters.append(("TokenCode", try await ask(serial)))
        }
        return try await securityTokenService().credentials(
            parameters, signedBy: source.credentials, source: "role '\(role)' of profile '\(name)'")
    }

    private var defaultSessionName: String { "git-dvc-\(settings.now().secondsSince1970)" }

    private func sourceKeys(
        of section: AWSConfigFile.Section, profile name: String, visited: [String]
    ) async throws -> LoadedCredentials {
        switch (section["source_profile"]?.text, section["credential_source"]?.text) {
        case (.some, .some):
            throw CredentialError.badProfile(
                name, words: "it has both 'source_profile' and 'credential_source'")
        case (nil, nil):
            throw CredentialError.badProfile(
                name, words: "it has a 'role_arn', but no 'source_profile' or 'credential_source'")
        case (nil, .some(let place)):
            return try await keys(fromPlace: place, profile: name)
        case (.some(let source), nil):
            return try await keys(fromProfile: source, of: name, visited: visited)
        }
    }

    private func keys(fromProfile source: String, of name: String, visited: [String]) async throws
        -> LoadedCredentials
    {
        guard let section = files.profile(source) else {
            throw CredentialError.badProfile(
                name, words: "its 'source_profile' \(quoted(source)) does not exist")
        }
        let hasKeys =
            section["aws_access_key_id"] != nil || section["aws_secret_access_key"] != nil
        // A profile may name itself, to keep its keys and its role in one place.
        if visited.contains(source), !(source == name && hasKeys) {
            throw CredentialError.profileLoop(visited + [source])
        }
        if !hasKeys,
            let found = try await assumedRole(ofProfile: source, visited: visited + [source])
        {
            return found
        }
        guard let found = try await profileKeys(source, usesEnvironment: false) else {
            throw CredentialError.badProfile(
                name, words: "its 'source_profile' \(quoted(source)) has no credentials")
        }
        return found
    }

    /// The names are compared exactly, as botocore does in the end.
    private func keys(fromPlace place: String, profile name: String) async throws
        -> LoadedCredentials
    {
        let found: LoadedCredentials?
        switch place {
        case "Environment": found = try environmentKeys()
        case "EcsContainer": found = try await containerKeys()
        case "Ec2InstanceMetadata": found = try await instanceKeys()
        default:
            throw CredentialError.badProfile(
                name,
                words: "its 'credential_source' \(quoted(place)) is none of "
                    + "'Environment', 'EcsContainer' and 'Ec2InstanceMetadata'")
        }
        guard let found else {
            throw CredentialError.badProfile(
                name, words: "its 'credential_source' \(quoted(place)) has no credentials")
        }
        return found
    }

    /// The keys of a role for a token that an identity provider keeps in a file, as in Kubernetes.
    func webIdentity(
        ofProfile name: String, usesEnvironment: Bool
    ) async throws -> LoadedCredentials? {
        let section = files.profile(name) ?? [:]
        func value(_ setting: String, _ variable: String) -> String? {
            (usesEnvironment ? environment[variable] : nil) ?? section[setting]?.text
        }
        let fromVariable = usesEnvironment ? environment["AWS_WEB_IDENTITY_TOKEN_FILE"] : nil
        let path = fromVariable ?? section["web_identity_token_file"]?.text
        guard let path, !path.isEmpty else { return nil }
        if fromVariable == nil {
            try files.refuseFromRepository("web_identity_token_file", ofProfile: name)
        }
        guard let role = value("role_arn", "AWS_ROLE_ARN"), !role.isEmpty else {
            throw CredentialError.badProfile(
                name,
                words: "there is a web identity token, but neither 'role_arn' nor AWS_ROLE_ARN")
        }
        let token: [UInt8]
        do {
            token = try readFile(FilePath(path), limit: 1 << 20)
        } catch {
            throw CredentialError.unreadable(error)
        }
        return try await securityTokenService().credentials(
            [
                ("Action", "AssumeRoleWithWebIdentity"), ("RoleArn", role),
                (
                    "RoleSessionName",
                    value("role_session_name", "AWS_ROLE_SESSION_NAME") ?? defaultSessionName
                ),
                ("WebIdentityToken", String(decoding: token, as: UTF8.self)),
            ], signedBy: nil, source: "role '\(role)' for a web identity")
    }

    private func securityTokenService() throws -> SecurityTokenService {
        let region = try region()
        let usual =
            region.map { "https://sts.\($0).\(Self.domain(of: $0))" } ?? "https://sts.amazonaws.com"
        return SecurityTokenService(
            requester: patientRequester, endpoint: try endpoint(of: "sts") ?? usual,
            region: region ?? "us-east-1", now: settings.now)
    }

    /// Source: botocore 1.43, `endpoints.json`.
    static func domain(of region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }
}
