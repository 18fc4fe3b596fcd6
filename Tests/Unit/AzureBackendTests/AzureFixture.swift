import AzureBackend
import Basics
import CloudStorage
import Digests
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// A container on a server that plays the service, with a place before it where things go wrong.
final class AzureFixture: StoreFixture {
    let stub: AzureStub
    let server: FaultProxy
    let scratch: ScratchDirectory
    /// How long was waited before tries.
    let delays = Locked<[Duration]>([])
    private let loop = TransferLoop()
    private let start = ContinuousClock.now
    static let now: Int64 = 1_790_000_000

    init() throws {
        stub = try AzureStub()
        server = try FaultProxy(to: stub.port)
        scratch = try ScratchDirectory()
    }

    func store(
        by access: AzureAccess? = nil, _ change: (inout AzureConfiguration) -> Void = { _ in }
    ) throws -> AzureStore {
        let string = try AzureConnectionString(AzureStub.connectionString(server.url))
        var configuration = AzureConfiguration(
            name: "r", container: AzureStub.container, prefix: "p \u{e4}",
            endpoint: string.endpoint, access: access ?? string.access)
        configuration.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        configuration.retry = policy
        change(&configuration)
        return AzureStore(configuration, on: loop, systemTime: { Self.now })
    }

    /// As the suite uses it, but that nobody waits.
    func retrying(_ store: AzureStore) -> RetryingStore { RetryingStore(store, policy: policy) }

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

    static func refusal(_ code: String, _ message: String = "words") -> String {
        "\u{feff}<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)\n"
            + "RequestId:1</Message></Error>"
    }
}
