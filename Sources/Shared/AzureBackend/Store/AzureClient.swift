internal import Basics
internal import CloudStorage
internal import HTTPClient

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A request about a container, before it is known who asks.
struct AzureRequest: Sendable {
    var method: HTTPRequest.Method
    /// In the container; `nil` for the container itself.
    var name: String?
    /// Decoded.
    var query: [(name: String, value: String)] = []
    var headers: [HTTPHeader] = []
    var body = HTTPRequest.Body.none
    var destination = HTTPRequest.Destination.memory(limit: 16 << 20)
    /// The file that the destination is, for errors.
    var targetPath: FilePath?
    var isBulk = false
    var activityTimeout: Duration?
    var observer: (@Sendable (Int64) -> Void)?

    init(_ method: HTTPRequest.Method, _ name: String?) {
        self.method = method
        self.name = name
    }
}

/// Sends requests to where the container is, opened by a key, a signature or a token.
struct AzureClient: Sendable {
    let configuration: AzureConfiguration
    let connection: ServiceConnection

    /// The first version that knows versions of blobs, and all that is asked for here.
    static let version = "2021-12-02"

    /// `systemTime`: seconds since 1970.
    init(
        _ configuration: AzureConfiguration, on loop: TransferLoop,
        systemTime: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        var tokens = TokenSource.anonymous
        if case .token(let source) = configuration.access { tokens = source }
        connection = ServiceConnection(
            loop, as: tokens, most: configuration.concurrency, retry: configuration.retry,
            systemTime: systemTime)
    }

    /// The name of an object below the remote's prefix.
    func name(_ path: FilePath) -> String {
        configuration.prefix.isEmpty ? path.string : configuration.prefix + "/" + path.string
    }

    /// Sends a request as ``ServiceConnection/send(_:)`` does.
    func send(_ request: AzureRequest) async throws -> HTTPResponse {
        try await connection.send { complete(request, $0) }
    }

    private func complete(_ request: AzureRequest, _ token: AccessToken?) -> HTTPRequest {
        let endpoint = configuration.endpoint
        var path = endpoint.path + "/" + percentEncoded(configuration.container)
        if let name = request.name { path += "/" + percentEncoded(name, keepingSlashes: true) }
        var query = request.query
        if let seconds = configuration.serviceTimeout { query.append(("timeout", "\(seconds)")) }
        var headers = request.headers
        headers += [
            HTTPHeader("x-ms-date", httpDate(connection.now)),
            HTTPHeader("x-ms-version", Self.version),
        ]
        var fields = query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
        var secrets: [HTTPHeader] = []
        switch configuration.access {
        case .sharedKey(let key):
            secrets = [
                key.authorization(
                    for: AzureUnsignedRequest(
                        request.method.rawValue, path: path, query: query, headers: headers,
                        bodyCount: request.body.count))
            ]
        case .signature(let signature): fields.append(signature)
        case .token: secrets = token.map { [$0.authorization] } ?? []
        case .anonymous: break
        }
        let text = fields.isEmpty ? "" : "?" + fields.joined(separator: "&")
        var sent = HTTPRequest(
            request.method, "\(endpoint.scheme)://\(endpoint.host)\(path)\(text)",
            headers: headers, body: request.body, to: request.destination,
            peer: configuration.peer)
        sent.secrets = secrets
        sent.isBulk = request.isBulk
        sent.activityTimeout = request.activityTimeout
        sent.observer = request.observer
        return sent
    }
}

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// `time`: seconds since 1970. Source: RFC 9110, section 5.6.7.
func httpDate(_ time: Int64) -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
        + "\(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        + " GMT"
}
