package import CloudStorage
internal import FoundationEssentials

/// A file of `~/.aws/sso/cache`: the token of a login, its end, and what renews it.
///
/// Source: botocore 1.43, `SSOTokenProvider`; its form is shared by all of AWS's SDKs.
package struct SSOToken: Sendable {
    /// Secret.
    package var text: String { fields.accessToken }
    package let end: AWSTime
    private let fields: Fields

    private struct Fields: Codable, Sendable {
        var startUrl: String?
        var region: String?
        var accessToken: String
        var expiresAt: String
        var clientId: String?
        var clientSecret: String?
        var registrationExpiresAt: String?
        var refreshToken: String?
    }

    package init(_ bytes: [UInt8]) throws(AnswerProblem) {
        try self.init(fields: decode(bytes))
    }

    private init(fields: Fields) throws(AnswerProblem) {
        guard let end = AWSTime(fields.expiresAt) else {
            throw AnswerProblem(words: "'expiresAt' is not a time")
        }
        self.fields = fields
        self.end = end
    }

    /// As it is kept.
    package var encoded: [UInt8] { json(fields) }

    /// What asks for another; `nil` when that is not possible, or no longer.
    package func renewalRequest(at now: AWSTime) -> [UInt8]? {
        struct Request: Encodable {
            var grantType = "refresh_token"
            let clientId: String
            let clientSecret: String
            let refreshToken: String
        }
        guard let id = fields.clientId, let secret = fields.clientSecret,
            let token = fields.refreshToken, let end = fields.registrationExpiresAt,
            let end = AWSTime(end), end > now
        else { return nil }
        return json(Request(clientId: id, clientSecret: secret, refreshToken: token))
    }

    /// The one that the service gave instead; an answer without a new `refreshToken` has none.
    func renewed(
        by answer: [UInt8], of login: CredentialSearch.SSOLogin, at now: AWSTime
    ) throws(AnswerProblem) -> SSOToken {
        struct Answer: Decodable {
            var accessToken: String
            /// In seconds.
            var expiresIn: Int64
            var refreshToken: String?
        }
        let answer: Answer = try decode(answer)
        guard (1...(10 * 365 * 86400)).contains(answer.expiresIn), !answer.accessToken.isEmpty
        else { throw AnswerProblem(words: "it has no token that lasts") }
        let end = AWSTime(secondsSince1970: now.secondsSince1970 + answer.expiresIn)
        var fields = fields
        fields.startUrl = login.startURL
        fields.region = login.region
        fields.accessToken = answer.accessToken
        fields.expiresAt = end.extendedFormat
        fields.refreshToken = answer.refreshToken
        return try SSOToken(fields: fields)
    }
}
