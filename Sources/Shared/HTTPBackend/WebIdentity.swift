internal import Basics
package import HTTPClient

/// How requests say who sends them.
package protocol WebIdentity: Sendable {
    /// The headers that say it, which never appear in a trace.
    ///
    /// `refused`: what the server has refused just now; an identity that can be renewed then is.
    /// Throws any `UserFacingError`, `CancellationError`.
    func headers(after refused: [HTTPHeader]?) async throws -> [HTTPHeader]

    /// Whether ``headers(after:)`` may answer otherwise after a refusal.
    var isRenewable: Bool { get }

    /// Whether requests say nothing about who sends them.
    var isNobody: Bool { get }
}

/// Nobody, or somebody whose headers never change.
package struct FixedHeaders: WebIdentity {
    private let fixed: [HTTPHeader]

    package init(_ headers: [HTTPHeader] = []) { fixed = headers }

    package var isRenewable: Bool { false }
    package var isNobody: Bool { fixed.isEmpty }

    package func headers(after refused: [HTTPHeader]?) async throws -> [HTTPHeader] { fixed }
}

extension WebIdentity where Self == FixedHeaders {
    /// Source: RFC 7617.
    package static func basic(user: String, password: String) -> FixedHeaders {
        let words = base64(Array("\(user):\(password)".utf8))
        return FixedHeaders([HTTPHeader("authorization", "Basic \(words)")])
    }

    /// Source: RFC 6750.
    package static func bearer(_ token: String) -> FixedHeaders {
        FixedHeaders([HTTPHeader("authorization", "Bearer \(token)")])
    }
}

/// Somebody whose token a program prints: asked once, and once more when the server refuses it.
package actor RenewedToken: WebIdentity {
    private let others: [HTTPHeader]
    private let ask: @Sendable () async throws -> String
    private var current: Task<[HTTPHeader], any Error>?

    /// `others`: what says it as well; `ask`: runs the program and returns what it printed.
    package init(
        besides others: [HTTPHeader] = [], _ ask: @escaping @Sendable () async throws -> String
    ) {
        self.others = others
        self.ask = ask
    }

    package nonisolated var isRenewable: Bool { true }
    package nonisolated var isNobody: Bool { false }

    package func headers(after refused: [HTTPHeader]?) async throws -> [HTTPHeader] {
        if let current {
            let known = try await current.value
            // Another request may have renewed it meanwhile.
            if known != refused { return known }
            if self.current == current { self.current = nil }
        }
        let (ask, others) = (ask, others)
        let task = current ?? Task { FixedHeaders.bearerHeaders(try await ask()) + others }
        current = task
        return try await task.value
    }
}

extension FixedHeaders {
    fileprivate static func bearerHeaders(_ token: String) -> [HTTPHeader] {
        (.bearer(token) as FixedHeaders).fixed
    }
}
