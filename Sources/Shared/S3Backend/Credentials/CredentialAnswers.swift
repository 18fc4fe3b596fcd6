package import CloudStorage

/// What `credential_process` wrote.
///
/// Source: AWS SDKs reference guide, "Process credential provider".
package func credentials(
    fromProcess bytes: [UInt8], source: String
) throws(AnswerProblem) -> LoadedCredentials {
    struct Version: Decodable {
        var number: Int?

        enum CodingKeys: String, CodingKey {
            case number = "Version"
        }
    }
    let version: Version = try decode(bytes)
    guard version.number == 1 else {
        throw AnswerProblem(words: "'Version' is not 1, which alone is supported")
    }
    return try decode(bytes, as: KeyAnswer.self).loaded(from: source, tokenIsRequired: false)
}

/// What a container's or an instance's metadata server answers.
///
/// Source: botocore 1.43, `ContainerProvider` and `InstanceMetadataFetcher`, which require a token
/// and an end.
package func credentials(
    fromMetadata bytes: [UInt8], source: String
) throws(AnswerProblem) -> LoadedCredentials {
    let loaded = try decode(bytes, as: KeyAnswer.self).loaded(
        from: source, tokenIsRequired: true)
    guard loaded.expiration != nil else { throw AnswerProblem(words: "there is no 'Expiration'") }
    return loaded
}

/// What SSO answers to `GetRoleCredentials`.
package func credentials(
    fromSSO bytes: [UInt8], source: String
) throws(AnswerProblem) -> LoadedCredentials {
    struct Answer: Decodable {
        struct Keys: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String
            /// In milliseconds.
            var expiration: Int64
        }
        var roleCredentials: Keys
    }
    let keys = try decode(bytes, as: Answer.self).roleCredentials
    return LoadedCredentials(
        AWSCredentials(
            accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey,
            sessionToken: keys.sessionToken),
        expiration: AWSTime(secondsSince1970: keys.expiration / 1000), source: source)
}

/// A file of `~/.aws/login/cache`: what `aws login` left.
package func credentials(
    fromLogin bytes: [UInt8], source: String
) throws(AnswerProblem) -> LoadedCredentials {
    struct Cached: Decodable {
        struct Keys: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String
            var expiresAt: String
        }
        var accessToken: Keys
    }
    let keys = try decode(bytes, as: Cached.self).accessToken
    guard let expiration = AWSTime(keys.expiresAt) else {
        throw AnswerProblem(words: "'expiresAt' is not a time")
    }
    return LoadedCredentials(
        AWSCredentials(
            accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey,
            sessionToken: keys.sessionToken), expiration: expiration, source: source)
}

/// The form that most senders share.
private struct KeyAnswer: Decodable {
    var id: String?
    var secret: String?
    var sessionToken: String?
    var token: String?
    var end: String?

    enum CodingKeys: String, CodingKey {
        case id = "AccessKeyId"
        case secret = "SecretAccessKey"
        case sessionToken = "SessionToken"
        case token = "Token"
        case end = "Expiration"
    }

    func loaded(
        from source: String, tokenIsRequired: Bool
    ) throws(AnswerProblem) -> LoadedCredentials {
        guard let id, !id.isEmpty else {
            throw AnswerProblem(words: "there is no 'AccessKeyId'")
        }
        guard let secret, !secret.isEmpty else {
            throw AnswerProblem(words: "there is no 'SecretAccessKey'")
        }
        let token = tokenIsRequired ? self.token : sessionToken
        if tokenIsRequired, token == nil { throw AnswerProblem(words: "there is no 'Token'") }
        var expiration: AWSTime?
        if let text = end {
            guard let time = AWSTime(text) else {
                throw AnswerProblem(words: "'Expiration' is not a time")
            }
            expiration = time
        }
        return LoadedCredentials(
            AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
            expiration: expiration, source: source)
    }
}
