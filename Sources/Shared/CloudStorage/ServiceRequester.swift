package import HTTPClient

/// Asks small questions over HTTP: to STS, to SSO, to metadata servers.
///
/// May be called from many tasks at once. Never retries and never follows a redirect; throws when no
/// complete answer came, or `CancellationError`.
package protocol ServiceRequester: Sendable {
    func respond(to request: ServiceRequest) async throws -> ServiceResponse
}

/// One question; its headers and body may hold secrets, so it shows neither.
package struct ServiceRequest: Sendable {
    /// `GET`, `PUT` or `POST`.
    package var method: String
    /// Absolute and percent-encoded.
    package var url: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// For the whole exchange.
    package var timeout: Duration
    /// Whether a proxy may be between: never for a server on this machine or its link.
    package var usesProxy: Bool
    /// Longer answers are an error.
    package var answerLimit = 1 << 20

    package init(
        _ method: String, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        timeout: Duration, usesProxy: Bool
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.usesProxy = usesProxy
    }
}

/// The answer, with any status; its body may hold secrets, so it shows none.
package struct ServiceResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
    /// How long the service wants to be left alone.
    package let retryAfter: Duration?

    package init(status: Int, body: [UInt8], retryAfter: Duration? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}

extension ServiceRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "ServiceRequest(\(method) \(url))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["method": method, "url": url]) }
}

extension ServiceResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    package var description: String { "ServiceResponse(\(status), \(body.count) bytes)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["status": status]) }
}
