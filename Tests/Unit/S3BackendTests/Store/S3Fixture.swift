import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// A store whose server answers as a test tells it.
final class S3Fixture: StoreFixture {
    let server: FaultProxy
    let scratch: ScratchDirectory
    /// How long was waited before tries.
    let delays = Locked<[Duration]>([])
    private let loop = TransferLoop()
    private let start = ContinuousClock.now

    static let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")

    init(to upstream: UInt16? = nil) throws {
        server = try FaultProxy(to: upstream)
        scratch = try ScratchDirectory()
    }

    func store(
        as identity: any S3Identity = FixedIdentity(credentials), now: Int64 = 1_790_000_000,
        _ change: (inout S3Configuration) -> Void = { _ in }
    ) throws -> S3Store {
        var configuration = S3Configuration(name: "r", bucket: "data", prefix: "p")
        configuration.endpoint = server.url
        configuration.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        configuration.retry = policy
        change(&configuration)
        return try S3Store(
            configuration, on: loop, as: identity,
            clock: SigningClock { AWSTime(secondsSince1970: now) })
    }

    /// As the suite uses it, but that nobody waits.
    func retrying(_ store: S3Store) -> RetryingStore { RetryingStore(store, policy: policy) }

    private var policy: RetryingStore.Policy {
        var policy = RetryingStore.Policy()
        policy.jitter = { $0 }
        policy.sleep = { [delays] delay in delays.withLock { $0.append(delay) } }
        policy.now = { [delays, start] in delays.withLock { $0.reduce(start, +) } }
        return policy
    }

    static func refusal(_ code: String, _ message: String = "words", more: String = "") -> String {
        "<?xml version='1.0'?><Error><Code>\(code)</Code><Message>\(message)</Message>\(more)</Error>"
    }
}
