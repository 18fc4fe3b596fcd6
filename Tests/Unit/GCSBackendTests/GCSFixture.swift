import Basics
import CloudStorage
import Digests
import GCSBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// A bucket on a server that plays the service, with a place before it where things go wrong.
final class GCSFixture: Sendable {
    let stub: GCSStub
    let server: FaultProxy
    let scratch: ScratchDirectory
    /// How long was waited before tries.
    let delays = Locked<[Duration]>([])
    private let loop = TransferLoop()
    private let start = ContinuousClock.now
    static let now: Int64 = 1_790_000_000

    init() throws {
        stub = try GCSStub()
        server = try FaultProxy(to: stub.port)
        scratch = try ScratchDirectory()
    }

    func store(
        as tokens: TokenSource = .anonymous, _ change: (inout GCSConfiguration) -> Void = { _ in }
    ) throws -> GCSStore {
        let endpoint = try #require(ServiceEndpoint(server.url))
        var configuration = GCSConfiguration(
            name: "r", bucket: "data", prefix: "p \u{e4}", endpoint: endpoint)
        configuration.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        configuration.retry = policy
        change(&configuration)
        return GCSStore(configuration, on: loop, as: tokens, systemTime: { Self.now })
    }

    /// As the suite uses it, but that nobody waits.
    func retrying(_ store: GCSStore) -> RetryingStore { RetryingStore(store, policy: policy) }

    private var policy: RetryingStore.Policy {
        var policy = RetryingStore.Policy()
        policy.jitter = { $0 }
        policy.sleep = { [delays] delay in delays.withLock { $0.append(delay) } }
        policy.now = { [delays, start] in delays.withLock { $0.reduce(start, +) } }
        return policy
    }

    var requester: HTTPServiceRequester {
        HTTPServiceRequester(loop, peer: Peer(), now: { Self.now })
    }

    /// A file with this content, and its key.
    func source(
        _ bytes: [UInt8] = Array("content".utf8), scheme: HashScheme = .md5
    ) throws -> (path: FilePath, key: ObjectKey) {
        let oid = objectID(of: bytes, scheme: scheme)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
    }

    func name(_ key: ObjectKey) -> String { "p \u{e4}/\(key)" }

    var target: FilePath { scratch.path.appending("target") }

    static func refusal(_ reason: String, _ message: String = "words") -> String {
        #"{"error":{"message":"\#(message)","errors":[{"reason":"\#(reason)"}]}}"#
    }

    /// The error that a request ends with.
    func failure(
        sourceLocation: SourceLocation = #_sourceLocation, of request: () async throws -> Void
    ) async throws -> StoreError {
        do {
            try await request()
        } catch let error as StoreError {
            return error
        }
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        throw CancellationError()
    }
}
