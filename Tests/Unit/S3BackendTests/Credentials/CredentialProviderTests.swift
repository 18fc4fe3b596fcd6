import Basics
import CloudStorage
import HTTPClient
import S3Backend
import TestSupport
import Testing

/// Fetched once, renewed in time, and never asked for in a storm.
@Suite struct CredentialProviderTests {
    private final class Clock: Sendable {
        private let seconds = Locked<Int64>(CredentialWorld.time.secondsSince1970)
        var now: AWSTime { AWSTime(secondsSince1970: seconds.withLock { $0 }) }
        func advance(by more: Int64) { seconds.withLock { $0 += more } }
    }

    private let world: CredentialWorld
    private let clock = Clock()
    private let provider: CredentialProvider

    init() throws {
        world = try CredentialWorld()
        let clock = clock
        var settings = world.settings([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": world.server.url
        ])
        settings.now = { clock.now }
        provider = CredentialProvider(settings, requester: world.requester)
    }

    private func answer(_ id: String, lasting seconds: Int64, times: Int = 1) {
        let end = AWSTime(secondsSince1970: clock.now.secondsSince1970 + seconds).basicFormat
        // 20270115T080000Z, with signs between.
        var text = Array(end)
        for (place, sign) in [(13, ":"), (11, ":"), (6, "-"), (4, "-")] {
            text.insert(Character(sign), at: place)
        }
        let body = CredentialWorld.keys(id).split(separator: CredentialWorld.later)
            .joined(separator: String(text))
        world.server.add(.answer(200, body: body), times: times)
    }

    @Test func `a hundred tasks at once cause one question`() async throws {
        answer("ONE", lasting: 3600)
        let provider = provider
        let ids = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<100 { group.addTask { try await provider.credentials()?.accessKeyID } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ids == Array(repeating: "ONE", count: 100))
        #expect(world.server.requests.count == 1)
    }

    @Test func `they are renewed before they expire`() async throws {
        answer("ONE", lasting: 3600)
        answer("TWO", lasting: 3600)
        #expect(try await provider.credentials()?.accessKeyID == "ONE")
        clock.advance(by: 3600 - 15 * 60)
        #expect(try await provider.credentials()?.accessKeyID == "ONE")
        clock.advance(by: 1)
        #expect(try await provider.credentials()?.accessKeyID == "TWO")
        #expect(world.server.requests.count == 2)
    }

    @Test func `a renewal that fails early does no harm, and late it is an error`() async throws {
        answer("ONE", lasting: 3600)
        #expect(try await provider.credentials()?.accessKeyID == "ONE")
        clock.advance(by: 3600 - 14 * 60)
        #expect(try await provider.credentials()?.accessKeyID == "ONE")
        let asked = world.server.requests.count
        #expect(asked > 1)
        #expect(try await provider.credentials()?.accessKeyID == "ONE")
        #expect(world.server.requests.count == asked)
        clock.advance(by: 5 * 60)
        await #expect(throws: CredentialError.self) { try await provider.credentials() }
        answer("TWO", lasting: 3600)
        await #expect(throws: CredentialError.self) { try await provider.credentials() }
        clock.advance(by: 60)
        #expect(try await provider.credentials()?.accessKeyID == "TWO")
    }

    @Test func `a failure is not asked for again by every task`() async throws {
        world.server.add(.answer(403))
        let provider = provider
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        _ = try await provider.credentials()
                        return false
                    } catch {
                        return error is CredentialError
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 50)
        #expect(world.server.requests.count == 3)  // the three attempts of one search
    }

    @Test func `expired ones are an error that says where they come from`() async throws {
        answer("OLD", lasting: -1)
        let error = try await #require(throws: CredentialError.self) {
            try await provider.credentials()
        }
        #expect(error == .expired(source: "the container's credentials server"))
    }

    @Test func `what a service calls expired is replaced once`() async throws {
        answer("ONE", lasting: 3600)
        answer("TWO", lasting: 3600)
        let one = try #require(try await provider.credentials())
        #expect(try await provider.renew(one))
        #expect(try await provider.credentials()?.accessKeyID == "TWO")
        #expect(try await provider.renew(one))
        #expect(try await provider.credentials()?.accessKeyID == "TWO")
        #expect(world.server.requests.count == 2)
    }

    @Test func `keys without an end cannot be replaced`() async throws {
        let fixed = CredentialProvider(
            world.settings(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"]),
            requester: world.requester)
        let keys = try #require(try await fixed.credentials())
        #expect(try await !fixed.renew(keys))
    }

    @Test func `whoever waits for a cancelled one fetches in its place`() async throws {
        world.server.add(.stall, times: 1)
        answer("ONE", lasting: 3600)
        let (provider, world) = (provider, world)
        let id = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                await withThrowingTaskGroup(of: String?.self) { first in
                    first.addTask { try await provider.credentials()?.accessKeyID }
                    // Cancelled once its question has arrived.
                    while world.server.requests.isEmpty { await Task.yield() }
                    first.cancelAll()
                    await #expect(throws: CancellationError.self) { try await first.next() }
                    return nil
                }
            }
            group.addTask {
                while world.server.requests.isEmpty { await Task.yield() }
                return try await provider.credentials()?.accessKeyID
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
        #expect(id == "ONE")
    }

    @Test func `settings, questions and answers show no secret`() throws {
        var settings = world.settings(["AWS_SECRET_ACCESS_KEY": "hush"])
        settings.secretAccessKey = "hush"
        let request = ServiceRequest(
            "GET", "http://x", headers: [HTTPHeader("authorization", "hush")],
            body: Array("hush".utf8), timeout: .seconds(1), usesProxy: false)
        let response = ServiceResponse(status: 200, body: Array("hush".utf8))
        let loaded = LoadedCredentials(
            AWSCredentials(accessKeyID: "A", secretAccessKey: "hush"), source: "s")
        let search = try CredentialSearch(settings, requester: world.requester)
        var shown = ""
        for value in [settings, request, response, loaded, search] as [Any] {
            dump(value, to: &shown)
            shown += "\(value)" + String(reflecting: value)
        }
        #expect(!shown.contains("hush"))
        #expect(!shown.contains("104, 117, 115, 104"))
    }
}
