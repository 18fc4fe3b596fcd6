package import CloudStorage
package import Digests

/// A file of credentials for Google's services, in any of the forms that its tools write.
///
/// Source: google-auth 2.62; Google Cloud, "Application Default Credentials".
package enum GoogleCredentialFile: Sendable {
    /// The key of a service account.
    case serviceAccount(ServiceAccountKey)
    /// What `gcloud auth application-default login` left.
    case user(UserLogin)
    /// To act as a service account, with other credentials.
    indirect case impersonation(Impersonation)
    /// An identity of another provider ("workload identity federation").
    case external(ExternalAccount)

    package struct ServiceAccountKey: Sendable {
        package let email: String
        package let keyID: String?
        package let key: RSAPrivateKey
        /// Where tokens are to be had.
        package let tokenURL: String
    }

    package struct UserLogin: Sendable {
        package let clientID: String
        package let clientSecret: String
        package let refreshToken: String
        /// Who pays for requests.
        package let quotaProject: String?
        package let tokenURL: String
    }

    package struct Impersonation: Sendable {
        package let source: GoogleCredentialFile
        /// Where tokens of the account are to be had.
        package let url: String
        package let delegates: [String]
    }

    package struct ExternalAccount: Sendable {
        /// Where the other provider's token is.
        package enum Source: Sendable, Equatable {
            case file(String)
            case url(String, headers: [String: String])
        }

        package let audience: String
        package let subjectTokenType: String
        package let tokenURL: String
        package let impersonationURL: String?
        package let source: Source
        /// `nil`: the token is the whole text; otherwise it is in this field of a JSON object.
        package let field: String?
    }

    package static let usualTokenURL = "https://oauth2.googleapis.com/token"

    package init(_ bytes: [UInt8]) throws(AnswerProblem) {
        let fields: Fields = try decode(bytes, namesAreSnakeCase: true)
        self = try Self.file(fields, depth: 0)
    }

    private static func file(
        _ fields: Fields, depth: Int
    ) throws(AnswerProblem) -> GoogleCredentialFile {
        func needed(_ name: String, _ value: String?) throws(AnswerProblem) -> String {
            guard let value, !value.isEmpty else {
                throw AnswerProblem(words: "there is no '\(name)' in it")
            }
            return value
        }
        switch fields.type {
        case "service_account":
            let pem = try needed("private_key", fields.privateKey)
            guard let der = CloudStorage.bytes(pem: pem), let key = RSAPrivateKey(der: der) else {
                throw AnswerProblem(words: "its 'private_key' is not an RSA key")
            }
            return .serviceAccount(
                ServiceAccountKey(
                    email: try needed("client_email", fields.clientEmail),
                    keyID: fields.privateKeyId, key: key,
                    tokenURL: fields.tokenUri ?? usualTokenURL))
        case "authorized_user":
            return .user(
                UserLogin(
                    clientID: try needed("client_id", fields.clientId),
                    clientSecret: try needed("client_secret", fields.clientSecret),
                    refreshToken: try needed("refresh_token", fields.refreshToken),
                    quotaProject: fields.quotaProjectId,
                    tokenURL: fields.tokenUri ?? usualTokenURL))
        case "impersonated_service_account":
            guard let source = fields.sourceCredentials?.value, depth < 4 else {
                throw AnswerProblem(words: "there are no 'source_credentials' in it")
            }
            return .impersonation(
                Impersonation(
                    source: try file(source, depth: depth + 1),
                    url: try needed(
                        "service_account_impersonation_url",
                        fields.serviceAccountImpersonationUrl),
                    delegates: fields.delegates ?? []))
        case "external_account":
            return .external(
                ExternalAccount(
                    audience: try needed("audience", fields.audience),
                    subjectTokenType: try needed("subject_token_type", fields.subjectTokenType),
                    tokenURL: try needed("token_url", fields.tokenUrl),
                    impersonationURL: fields.serviceAccountImpersonationUrl,
                    source: try source(fields), field: try field(fields)))
        case let type?:
            throw AnswerProblem(words: "its 'type' is '\(type.prefix(60))', which is not supported")
        case nil: throw AnswerProblem(words: "there is no 'type' in it")
        }
    }

    private static func source(
        _ fields: Fields
    ) throws(AnswerProblem) -> ExternalAccount.Source {
        if let file = fields.credentialSource?.file { return .file(file) }
        // AWS needs signed requests, and a program would run what a file names.
        if let url = fields.credentialSource?.url, fields.credentialSource?.environmentId == nil {
            return .url(url, headers: fields.credentialSource?.headers ?? [:])
        }
        throw AnswerProblem(
            words: "its 'credential_source' is neither a file nor a URL, "
                + "which alone are supported")
    }

    private static func field(_ fields: Fields) throws(AnswerProblem) -> String? {
        let format = fields.credentialSource?.format
        guard format?.type == "json" else { return nil }
        guard let name = format?.subjectTokenFieldName else {
            throw AnswerProblem(words: "there is no 'subject_token_field_name' in it")
        }
        return name
    }

    private struct Fields: Decodable {
        struct Source: Decodable {
            struct Format: Decodable {
                var type: String?
                var subjectTokenFieldName: String?
            }
            var file: String?
            var url: String?
            var headers: [String: String]?
            var environmentId: String?
            var format: Format?
        }
        var type: String?
        var privateKey: String?
        var privateKeyId: String?
        var clientEmail: String?
        var tokenUri: String?
        var clientId: String?
        var clientSecret: String?
        var refreshToken: String?
        var quotaProjectId: String?
        var serviceAccountImpersonationUrl: String?
        var delegates: [String]?
        var sourceCredentials: Box?
        var audience: String?
        var subjectTokenType: String?
        var tokenUrl: String?
        var credentialSource: Source?
    }

    /// A structure cannot hold itself.
    private final class Box: Decodable {
        let value: Fields

        init(from decoder: any Decoder) throws { value = try Fields(from: decoder) }
    }
}
