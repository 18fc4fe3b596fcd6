package import HTTPClient

/// What a service of tokens gave, to be shown with every request ("bearer token").
package struct AccessToken: Equatable, Sendable {
    package let text: String
    /// More headers that go with it: on whose account requests are.
    package var headers: [HTTPHeader] = []

    package init(_ text: String) { self.text = text }

    package var authorization: HTTPHeader { HTTPHeader("authorization", "Bearer \(text)") }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "AccessToken" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The token of one remote for one run; `nil` for requests without one.
package typealias TokenSource = Renewed<AccessToken?>

extension Renewed where Value == AccessToken? {
    /// What services of tokens recommend: a token lasts an hour, rarely less.
    package static func token(
        now: @escaping @Sendable () -> Int64,
        fetch: @escaping @Sendable () async throws -> Loaded
    ) -> Renewed {
        Renewed(Margins(advisory: 300, mandatory: 30), now: now, fetch: fetch)
    }

    /// No token, for ever.
    package static var anonymous: Renewed { fixed(nil) }

    package static func fixed(_ token: AccessToken?) -> Renewed {
        Renewed(Margins(advisory: 0, mandatory: 0), now: { 0 }, fetch: { Loaded(token, end: nil) })
    }
}

/// The answer of a service of tokens.
///
/// Source: RFC 6749, sections 5.1 and 5.2; Azure's metadata server writes numbers as text.
package struct TokenAnswer: Equatable, Sendable {
    package let token: AccessToken
    /// In seconds, from now on.
    package let lifetime: Int64

    package init(_ body: [UInt8]) throws(AnswerProblem) {
        let answer: Answer = try decode(body)
        guard let text = answer.token, !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e) ~= $0 })
        else { throw AnswerProblem(words: "there is no 'access_token'") }
        token = AccessToken(text)
        // Ten years: what is longer would not be counted with.
        guard let lifetime = answer.lifetime?.value, (1...315_360_000).contains(lifetime) else {
            throw AnswerProblem(words: "there is no 'expires_in'")
        }
        self.lifetime = lifetime
    }

    private struct Answer: Decodable {
        var token: String?
        var lifetime: Seconds?

        enum CodingKeys: String, CodingKey {
            case token = "access_token"
            case lifetime = "expires_in"
        }
    }

    /// A number, or the same as a text.
    private struct Seconds: Decodable {
        let value: Int64?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                value = Int64(text)
            } else {
                value = Int64(exactly: try container.decode(Double.self).rounded(.down))
            }
        }
    }
}

/// What a service of tokens says when it gives none; empty where it says nothing.
///
/// Source: RFC 6749, section 5.2; Google's APIs have an object in place of the code.
package func refusalWords(ofTokenService body: [UInt8]) -> String {
    struct Plain: Decodable {
        var error: String?
        var errorDescription: String?
    }
    struct Nested: Decodable {
        struct Words: Decodable {
            var message: String?
            var status: String?
        }
        var error: Words?
    }
    var words: [String] = []
    if let plain: Plain = try? decode(body, namesAreSnakeCase: true) {
        words = [plain.error, plain.errorDescription].compactMap(\.self)
    } else if let nested: Nested = try? decode(body) {
        words = [nested.error?.status, nested.error?.message].compactMap(\.self)
    }
    // Some write a whole page after the first line.
    return words.compactMap { $0.split(whereSeparator: \.isNewline).first }.joined(separator: ": ")
        .prefix(300).description
}
