internal import HTTPClient

/// Asks a service for credentials again when it is busy: all that its clients send is about one
/// thing, so it says no to many at once.
///
/// Source: botocore 1.43, standard retry mode: three attempts.
package struct RetryingRequester: ServiceRequester {
    package let base: any ServiceRequester
    /// Before the second attempt, where the service asks for no other; twice as long before the third.
    package let pause: Duration

    private static let attempts = 3
    /// Who is asked to wait longer than this is told so instead.
    package static let patience = Duration.seconds(60)

    package init(base: any ServiceRequester, pause: Duration) {
        self.base = base
        self.pause = pause
    }

    package func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        for attempt in 1..<Self.attempts {
            var delay = pause * attempt
            do {
                let answer = try await base.respond(to: request)
                guard answer.isBusy else { return answer }
                if let requested = answer.retryAfter { delay = requested }
                if delay > Self.patience { return answer }
            } catch let error as TransportError {
                guard case .interrupted = error.reason else { throw error }
            }
            try await Task.sleep(for: delay)
        }
        return try await base.respond(to: request)
    }
}

extension ServiceResponse {
    fileprivate var isBusy: Bool { [429, 500, 502, 503, 504].contains(status) }
}
