internal import Basics
package import CloudStorage

/// One walk through all places where credentials may be, in the order of AWS's SDK for Python.
///
/// Source: botocore 1.43, `create_credential_resolver`.
package struct CredentialSearch: Sendable {
    let settings: CredentialSettings
    let requester: any ServiceRequester
    let files: AWSFiles

    /// Reads the files; throws ``AWSConfigError`` and ``CredentialError``.
    package init(_ settings: CredentialSettings, requester: any ServiceRequester) throws {
        self.settings = settings
        self.requester = requester
        files = try AWSFiles(settings)
    }

    var environment: Environment { settings.environment }

    /// For services of AWS; the servers of containers and instances have rules of their own.
    var patientRequester: RetryingRequester {
        RetryingRequester(base: requester, pause: settings.retryPause)
    }

    /// The profile that somebody asked for, or `default`.
    package var profileName: String { requestedProfile ?? "default" }

    var requestedProfile: String? {
        // The variables in botocore's order; one that is empty counts there, too, but helps nobody.
        settings.profile ?? environment.nonEmpty("AWS_DEFAULT_PROFILE")
            ?? environment.nonEmpty("AWS_PROFILE")
    }

    /// The settings of the profile; empty when there is none and nobody asked for one.
    package func profileSection() throws(CredentialError) -> AWSConfigFile.Section {
        if let section = files.profile(profileName) { return section }
        guard let name = requestedProfile else { return [:] }
        throw .noSuchProfile(name, files: [files.configPath, files.credentialsPath])
    }

    /// What is found first, or `nil` for requests without a signature.
    ///
    /// Throws ``CredentialError``, ``AWSConfigError`` or `CancellationError`.
    package func load() async throws -> LoadedCredentials? {
        if settings.isAnonymous { return nil }
        _ = try profileSection()
        if let explicit = try explicitKeys() { return explicit }
        let name = profileName
        var places: [String] = []
        if settings.profile == nil {
            if let found = try environmentKeys() { return found }
            places.append("the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        }
        if let found = try await assumedRole(ofProfile: name, visited: [name]) { return found }
        if let found = try await profileKeys(name, usesEnvironment: settings.profile == nil) {
            return found
        }
        places.append("profile '\(name)' in '\(files.credentialsPath)' and '\(files.configPath)'")
        if let found = try await containerKeys() { return found }
        places.append("the container's credentials (AWS_CONTAINER_CREDENTIALS_*)")
        if let found = try await instanceKeys() { return found }
        places.append(
            "the instance's metadata"
                + (metadataIsDisabled ? " (disabled by AWS_EC2_METADATA_DISABLED)" : ""))
        throw CredentialError.noneFound(places: places)
    }

    /// The sources that belong to one profile, in order.
    func profileKeys(_ name: String, usesEnvironment: Bool) async throws -> LoadedCredentials? {
        if let found = try await webIdentity(ofProfile: name, usesEnvironment: usesEnvironment) {
            return found
        }
        if let found = try await singleSignOn(ofProfile: name) { return found }
        if let section = files.credentials?.sections[name],
            let found = try Self.keys(in: section, place: "'\(files.credentialsPath)', '\(name)'")
        {
            return found
        }
        if let found = try await loginKeys(ofProfile: name) { return found }
        if let found = try await processKeys(ofProfile: name) { return found }
        if let section = files.configSection(ofProfile: name),
            let found = try Self.keys(in: section, place: "'\(files.configPath)', '\(name)'")
        {
            return found
        }
        return nil
    }

    private func explicitKeys() throws(CredentialError) -> LoadedCredentials? {
        let place = "the remote"
        switch (settings.accessKeyID, settings.secretAccessKey) {
        case (nil, nil): return nil
        case (.some, nil): throw .incomplete(place: place, missing: "'secret_access_key'")
        case (nil, .some): throw .incomplete(place: place, missing: "'access_key_id'")
        case (.some(let id), .some(let secret)):
            return LoadedCredentials(
                AWSCredentials(
                    accessKeyID: id, secretAccessKey: secret, sessionToken: settings.sessionToken),
                source: place)
        }
    }

    func environmentKeys() throws(CredentialError) -> LoadedCredentials? {
        guard let id = environment.nonEmpty("AWS_ACCESS_KEY_ID") else { return nil }
        guard let secret = environment.nonEmpty("AWS_SECRET_ACCESS_KEY") else {
            throw .incomplete(place: "the environment", missing: "AWS_SECRET_ACCESS_KEY")
        }
        let token =
            environment.nonEmpty("AWS_SECURITY_TOKEN") ?? environment.nonEmpty("AWS_SESSION_TOKEN")
        var expiration: AWSTime?
        if let text = environment.nonEmpty("AWS_CREDENTIAL_EXPIRATION") {
            guard let time = AWSTime(text) else {
                throw .badAnswer(
                    from: "the environment", words: "AWS_CREDENTIAL_EXPIRATION is not a time")
            }
            expiration = time
        }
        return LoadedCredentials(
            AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
            expiration: expiration, source: "the environment")
    }

    /// The keys that stand in a section as they are.
    private static func keys(
        in section: AWSConfigFile.Section, place: String
    ) throws(CredentialError) -> LoadedCredentials? {
        guard let id = section["aws_access_key_id"] else { return nil }
        guard let secret = section["aws_secret_access_key"] else {
            throw .incomplete(place: place, missing: "'aws_secret_access_key'")
        }
        let token = section["aws_security_token"] ?? section["aws_session_token"]
        return LoadedCredentials(
            AWSCredentials(
                accessKeyID: id.text, secretAccessKey: secret.text, sessionToken: token?.text),
            source: place)
    }
}
