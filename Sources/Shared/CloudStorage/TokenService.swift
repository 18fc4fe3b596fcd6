package import Basics
internal import HTTPClient

/// Asks for access tokens.
package struct TokenService: Sendable {
    package let requester: any ServiceRequester
    /// Seconds since 1970.
    package let now: @Sendable () -> Int64
    /// What to do when nobody gives a token, such as the command that logs in again.
    package let advice: String

    /// `requester`: is asked again when it is busy.
    package init(
        _ requester: any ServiceRequester, now: @escaping @Sendable () -> Int64, advice: String
    ) {
        self.requester = RetryingRequester(base: requester, pause: .seconds(1))
        self.now = now
        self.advice = advice
    }

    /// A token from a service that answers as OAuth 2.0 says; `name`: of the service, for errors.
    ///
    /// Throws ``TokenError`` and `CancellationError`.
    package func token(_ request: ServiceRequest, from name: String) async throws
        -> TokenSource.Loaded
    {
        let body = try await answer(to: request, from: name)
        do throws(AnswerProblem) {
            let answer = try TokenAnswer(body)
            return TokenSource.Loaded(answer.token, end: now() + answer.lifetime)
        } catch {
            throw TokenError(.badAnswer(service: name, words: error.words), advice: advice)
        }
    }

    /// A token from the server that a service's own machines ask, or `nil` where there is none.
    ///
    /// `isNamed`: whether the user said where it is, and so wants to know why it does not answer;
    /// `absence`: the statuses by which it says that the machine has no identity. Throws as
    /// ``token(_:from:)``.
    package func machineToken(
        _ request: ServiceRequest, isNamed: Bool, absence: Set<Int>
    ) async throws -> TokenSource.Loaded? {
        do {
            return try await token(request, from: "the metadata server")
        } catch let error as TokenError {
            switch error.reason {
            case .unreachable where !isNamed: return nil
            case .refused(_, let status, _) where absence.contains(status): return nil
            default: throw error
            }
        }
    }

    /// What a file holds that proves who we are.
    ///
    /// Throws ``TokenError``.
    package func proof(in path: FilePath) throws(TokenError) -> [UInt8] {
        do throws(SystemError) {
            return try readFile(path, limit: 1 << 20)
        } catch {
            throw TokenError(.unreadable(error), advice: advice)
        }
    }

    /// The body of an answer that is not a refusal.
    package func answer(to request: ServiceRequest, from name: String) async throws -> [UInt8] {
        let response: ServiceResponse
        do {
            response = try await requester.respond(to: request)
        } catch let error as any UserFacingError {
            throw TokenError(.unreachable(service: name, words: error.summary), advice: advice)
        }
        guard response.status == 200 else {
            throw TokenError(
                .refused(
                    service: name, status: response.status,
                    words: refusalWords(ofTokenService: response.body)), advice: advice)
        }
        return response.body
    }
}

extension ServiceRequest {
    /// A form sent to a service of tokens.
    package static func form(
        _ fields: KeyValuePairs<String, String>, to url: String
    ) -> ServiceRequest {
        let text = fields.map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }
        return ServiceRequest(
            "POST", url,
            headers: [HTTPHeader("content-type", "application/x-www-form-urlencoded")],
            body: Array(text.joined(separator: "&").utf8), timeout: .seconds(30), usesProxy: true)
    }
}

/// Why there is no token to show.
package struct TokenError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        /// A service said no, in its own words, which may be none.
        case refused(service: String, status: Int, words: String)
        case unreachable(service: String, words: String)
        case badAnswer(service: String, words: String)
        /// A file of credentials that is not what it should be.
        case badFile(FilePath, words: String)
        case unreadable(SystemError)
        /// A file that the repository names wants something that only the user's own may.
        case notFromRepository(FilePath, setting: String)
    }

    package let reason: Reason
    private let remedy: String

    package init(_ reason: Reason, advice: String) {
        self.reason = reason
        remedy = advice
    }

    package var summary: String {
        switch reason {
        case .refused(let service, let status, let words):
            "\(printable(service)) gives no access token: HTTP \(status)"
                + (words.isEmpty ? "" : ": \(printable(words))")
        case .unreachable(let service, let words):
            "cannot ask \(printable(service)) for an access token: \(printable(words))"
        case .badAnswer(let service, let words):
            "the answer of \(printable(service)) cannot be used: \(printable(words))"
        case .badFile(let path, let words):
            "'\(printable(path.string))' cannot be used: \(printable(words))"
        case .unreadable(let error): error.summary
        case .notFromRepository(let path, let setting):
            "'\(printable(setting))' in '\(printable(path.string))' is not obeyed: "
                + "the repository itself names that file"
        }
    }

    package var advice: String? {
        switch reason {
        case .unreadable(let error): error.advice ?? remedy
        case .notFromRepository: "set 'credentialpath' with 'git dvc remote modify --local'"
        case .unreachable: "check the network, the proxy, and the address in the credentials"
        case .refused, .badAnswer, .badFile: remedy
        }
    }
}
