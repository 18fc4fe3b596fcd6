import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A bucket of a test's own on a real server, and a door to it behind the store's back.
final class S3Bucket: Sendable {
    let server: S3Server
    let name: String
    let prefix: String
    /// Where requests go: the server, or a proxy before it.
    let url: String
    private let loop = TransferLoop()

    init(_ program: S3Server.Program, prefix: String = "pre fix", through proxy: FaultProxy? = nil)
        throws
    {
        server = try S3Server.shared(program)
        name = try server.makeBucket()
        self.prefix = prefix
        url = proxy?.url ?? server.url
    }

    var configuration: S3Configuration {
        var configuration = S3Configuration(name: "storage", bucket: name, prefix: prefix)
        configuration.endpoint = url
        configuration.peer.activityTimeout = .seconds(20)
        return configuration
    }

    static let identity = FixedIdentity(
        AWSCredentials(
            accessKeyID: S3Server.accessKey, secretAccessKey: S3Server.secretKey))

    static var clock: SigningClock {
        SigningClock { AWSTime(secondsSince1970: Int64(time(nil))) }
    }

    func store(_ change: (inout S3Configuration) -> Void = { _ in }) throws -> S3Store {
        var configuration = configuration
        change(&configuration)
        return try S3Store(configuration, on: loop, as: Self.identity, clock: Self.clock)
    }

    /// The store as `git dvc` uses it, but that it does not wait between its tries.
    func patientStore(_ change: (inout S3Configuration) -> Void = { _ in }) throws -> RetryingStore
    {
        var policy = RetryingStore.Policy.withoutPauses
        policy.patience = .zero  // nobody waits for the end of a pause either
        let store = try store {
            $0.retry = policy
            change(&$0)
        }
        return RetryingStore(store, policy: policy)
    }

    // MARK: Behind the store's back

    /// Sends a signed request for a key, or for the bucket when that is empty.
    @discardableResult
    func request(
        _ method: HTTPRequest.Method, _ key: String, query: String = "", body: [UInt8] = []
    ) async throws -> HTTPResponse {
        let path = "/\(name)" + (key.isEmpty ? "" : "/" + percentEncoded(key, keepingSlashes: true))
        let host = "127.0.0.1:\(server.port)"
        let unsigned = UnsignedRequest(
            method.rawValue, host: host, path: path, query: query, payload: PayloadHash(of: body))
        let signer = RequestSigner(service: "s3", region: "us-east-1")
        let credentials = AWSCredentials(
            accessKeyID: S3Server.accessKey, secretAccessKey: S3Server.secretKey)
        var request = HTTPRequest(
            method, "http://\(host)\(path)" + (query.isEmpty ? "" : "?\(query)"),
            body: body.isEmpty && method != .put ? .none : .bytes(body),
            to: .memory(limit: 256 << 20), peer: Peer())
        request.secrets = signer.headers(
            for: unsigned, as: credentials, at: AWSTime(secondsSince1970: Int64(time(nil)))
        )
        return try await loop.send(request)
    }

    func key(_ key: ObjectKey) -> String { prefix.isEmpty ? "\(key)" : "\(prefix)/\(key)" }

    func insert(_ bytes: [UInt8], as key: ObjectKey) async throws {
        let response = try await request(.put, self.key(key), body: bytes)
        guard response.status == 200 else {
            throw ServerNotReady(
                program: server.program, said: String(decoding: response.body, as: UTF8.self))
        }
    }

    /// What is stored there, or `nil`.
    func content(of key: ObjectKey) async throws -> [UInt8]? {
        let response = try await request(.get, self.key(key))
        return response.status == 200 ? response.body : nil
    }
}
