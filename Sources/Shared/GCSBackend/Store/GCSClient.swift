internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import Storage

/// A request about a bucket, before it is known who asks.
struct GCSRequest: Sendable {
    /// What is below the service's address; percent-encoded.
    var path: String
    var method: HTTPRequest.Method
    /// Percent-encoded, without the question mark.
    var query = ""
    var headers: [HTTPHeader] = []
    var body = HTTPRequest.Body.none
    var destination = HTTPRequest.Destination.memory(limit: 16 << 20)
    /// The file that the destination is, for errors.
    var targetPath: FilePath?
    var acceptedStatuses = 200...299
    var isBulk = false
    var activityTimeout: Duration?
    var observer: (@Sendable (Int64) -> Void)?

    init(_ method: HTTPRequest.Method, _ path: String, query: String = "") {
        self.method = method
        self.path = path
        self.query = query
    }
}

/// Sends requests to where the bucket is, with a token that is valid.
final class GCSClient: Sendable {
    let configuration: GCSConfiguration
    private let loop: TransferLoop
    private let tokens: TokenSource
    private let systemTime: @Sendable () -> Int64
    private let gate: RequestGate
    private let state = Locked(State())

    private struct State {
        /// Whether any answer came: what fails then, fails because something changed.
        var hasAnswered = false
        /// Whether something in the bucket was found or stored, so that it is there.
        var knowsBucket = false
        /// Whether nobody said yet that we may not, or cannot, list.
        var mayList = true
    }

    /// `systemTime`: seconds since 1970.
    init(
        _ configuration: GCSConfiguration, on loop: TransferLoop, as tokens: TokenSource,
        systemTime: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.loop = loop
        self.tokens = tokens
        self.systemTime = systemTime
        var settings = RequestGate.Settings(most: configuration.concurrency, systemTime: systemTime)
        settings.asksToSlowDown = { response in
            response.isOverload
                || response.status == 403 && GCSRefusal(response.body).isSlowDown
        }
        settings.patience = configuration.retry.patience
        settings.sleep = configuration.retry.sleep
        settings.now = configuration.retry.now
        gate = RequestGate(settings)
    }

    var hasAnswered: Bool { state.withLock { $0.hasAnswered } }
    var knowsBucket: Bool { state.withLock { $0.knowsBucket } }
    var mayList: Bool { state.withLock { $0.mayList } }
    func noteThatListingFails() { state.withLock { $0.mayList = false } }
    var concurrencyLimit: Int { gate.limit }
    var now: Int64 { systemTime() }

    /// The name of an object below the remote's prefix.
    func name(_ path: FilePath) -> String {
        configuration.prefix.isEmpty ? path.string : configuration.prefix + "/" + path.string
    }

    /// The bucket's objects in the API; `nil`: all of them.
    func objectPath(_ name: String? = nil) -> String {
        "/storage/v1/b/\(percentEncoded(configuration.bucket))/o"
            + (name.map { "/" + percentEncoded($0) } ?? "")
    }

    var uploadPath: String { "/upload" + objectPath() }

    /// What a URL of an upload that the service gave must begin with; nothing is sent anywhere else.
    var base: String { configuration.endpoint.url }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// Waits for its turn. Asks again once with a new token when the service does not know the old
    /// one any more. Throws `TransportError`, what the tokens throw, `CancellationError`.
    func send(_ request: GCSRequest) async throws -> HTTPResponse {
        var token: AccessToken?
        for isLast in [false, true] {
            let response = try await gate.pass {
                // Only now, because a token does not last for ever.
                token = try await tokens.value()
                return try await loop.send(complete(request, token))
            }
            state.withLock {
                $0.hasAnswered = true
                if response.status < 300 { $0.knowsBucket = true }
            }
            guard response.status == 401, !isLast, let refused = token,
                await tokens.renew({ $0 == refused })
            else { return response }
        }
        throw CancellationError()  // the last round returns
    }

    private func complete(_ request: GCSRequest, _ token: AccessToken?) -> HTTPRequest {
        let query = request.query.isEmpty ? "" : "?" + request.query
        var sent = HTTPRequest(
            request.method, base + request.path + query, headers: request.headers,
            body: request.body, to: request.destination, peer: configuration.peer)
        sent.acceptedStatuses = request.acceptedStatuses
        sent.isBulk = request.isBulk
        sent.activityTimeout = request.activityTimeout
        sent.observer = request.observer
        if let token { sent.secrets = [token.authorization] + token.headers }
        return sent
    }
}
