internal import Basics
internal import CloudStorage
internal import HTTPClient

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
struct GCSClient: Sendable {
    let configuration: GCSConfiguration
    let connection: ServiceConnection

    /// `systemTime`: seconds since 1970.
    init(
        _ configuration: GCSConfiguration, on loop: TransferLoop, as tokens: TokenSource,
        systemTime: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        connection = ServiceConnection(
            loop, as: tokens, most: configuration.concurrency, retry: configuration.retry,
            systemTime: systemTime
        ) { response in
            response.isOverload
                || response.status == 403 && GCSRefusal(response.body).isSlowDown
        }
    }

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

    /// Sends a request as ``ServiceConnection/send(_:)`` does.
    func send(_ request: GCSRequest) async throws -> HTTPResponse {
        try await connection.send { complete(request, $0) }
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
