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
final class GCSFixture: StoreFixture {
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

    func name(_ key: ObjectKey) -> String { "p \u{e4}/\(key)" }

    static func refusal(_ reason: String, _ message: String = "words") -> String {
        #"{"error":{"message":"\#(message)","errors":[{"reason":"\#(reason)"}]}}"#
    }
}
