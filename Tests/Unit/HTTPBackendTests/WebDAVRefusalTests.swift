import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// What a WebDAV server refuses at each step of an upload, and what is left behind.
@Suite struct WebDAVRefusalTests {
    let fixture: WebFixture
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try WebFixture() }

    /// A server where everything works that no rule before says otherwise of, and that has nothing.
    private func work() {
        server.add(.answer(404), when: { ["HEAD", "GET", "PROPFIND"].contains($0.method) })
        server.add(.answer(204), when: { $0.method == "DELETE" })
        server.add(.answer(201))
    }

    private static let refusals: [(status: Int, reason: String)] = [
        (401, "denied"), (403, "denied"), (400, "failed"), (411, "failed"), (413, "failed"),
        (423, "busy"), (425, "busy"), (429, "busy"), (500, "busy"), (501, "unavailable"),
        (502, "busy"), (503, "busy"), (504, "busy"), (507, "full"), (302, "unavailable"),
        (207, "failed"),
    ]

    @Test(arguments: ["MKCOL", "PUT", "MOVE"], refusals)
    func `an upload that is refused at any step has its reason, and leaves nothing`(
        method: String, refusal: (status: Int, reason: String)
    ) async throws {
        // Of MKCOL that is a success, as it is of any folder that was there.
        guard method != "MKCOL" || refusal.status != 207 else { return }
        server.add(
            .answer(refusal.status, headers: ["location": "http://evil.example/x"]),
            when: { $0.method == method })
        work()
        let (path, key) = try fixture.source()
        let store = try fixture.webDAV()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect("\(error.reason)".hasPrefix(refusal.reason + "("), "\(error.reason)")
        #expect(error.key == key && error.operation == .upload)
        #expect(error.summary.contains("HTTP \(refusal.status) to \(method)"), "\(error.summary)")
        let puts = server.requests.filter { $0.method == "PUT" }
        let deleted = server.requests.filter { $0.method == "DELETE" }
        #expect(puts.allSatisfy { $0.target.hasSuffix(".tmp") })
        #expect(deleted.map(\.target) == puts.map(\.target))
    }

    @Test(arguments: [("PUT", 404), ("PUT", 409), ("MOVE", 404), ("MOVE", 409)])
    func `a folder that is gone meanwhile is named as the cause`(
        method: String, status: Int
    ) async throws {
        server.add(.answer(status), when: { $0.method == method })
        work()
        let (path, key) = try fixture.source()
        let store = try fixture.webDAV()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("no folder for it (HTTP \(status) to \(method) at "))
    }

    @Test(arguments: refusals.filter { ![207, 302].contains($0.status) })
    func `a question that is refused is no answer`(
        refusal: (status: Int, reason: String)
    ) async throws {
        server.add(.answer(refusal.status))
        let store = try fixture.webDAV()
        let oids = (0..<9).map { objectID(of: [$0, 1]) }.sorted()
        for ask in [
            { _ = try await store.presence(of: ObjectRun(oids[...])) },
            { _ = try await store.size(of: ObjectKey(oids[0])) },
            { _ = try await store.contents(of: ObjectKey(oids[0]), limit: 9) },
        ] as [() async throws -> Void] {
            let error = try await fixture.failure(of: ask)
            #expect("\(error.reason)".hasPrefix(refusal.reason + "("), "\(error.reason)")
        }
    }

    @Test func `what is locked is tried again, as often as it takes, and waited for`() async throws
    {
        for method in ["MKCOL", "PUT", "MOVE", "PROPFIND"] {
            server.add(
                .answer(423, headers: ["retry-after": "7"]), times: 2,
                when: { $0.method == method })
        }
        work()
        let delays = Locked<[Duration]>([])
        var policy = RetryingStore.Policy()
        policy.sleep = { delay in delays.withLock { $0.append(delay) } }
        let store = RetryingStore(try fixture.webDAV(), policy: policy)
        let (path, key) = try fixture.source()
        #expect(try await store.presence(of: ObjectRun([key.oid])) == [false])
        policy.attempts = 7
        let patient = RetryingStore(try fixture.webDAV(), policy: policy)
        #expect(try await patient.put(fileAt: path, as: key) == 7)
        #expect(delays.withLock { $0 } == [Duration](repeating: .seconds(7), count: 8))
    }

    @Test func `folders above that of the remote are made, once`() async throws {
        let there = Locked<Set<String>>([""])
        server.add(
            .serve { request, _ in
                let parts = request.target.split(separator: "/").map(String.init)
                let isDone = there.withLock { there in
                    let parent = parts.dropLast().joined(separator: "/")
                    return there.contains(parent)
                        && there.insert(parts.joined(separator: "/")).inserted
                }
                return FaultProxy.Reply(isDone ? 201 : 409)
            }, when: { $0.method == "MKCOL" })
        work()
        var configuration = try fixture.configuration()
        configuration.address = try #require(WebAddress("\(server.url)/a/b/c"))
        let store = fixture.webDAV(configuration)
        for number in 0..<3 {
            let (path, key) = try fixture.source([UInt8(number)])
            #expect(try await store.put(fileAt: path, as: key) == 1)
        }
        let made = there.withLock { $0 }
        #expect(made.isSuperset(of: ["a", "a/b", "a/b/c", "a/b/c/files", "a/b/c/files/md5"]))
        #expect(made.count == 9)
    }

    @Test func `a folder that cannot be made anywhere ends, and names the url`() async throws {
        server.add(.answer(409), when: { $0.method == "MKCOL" })
        work()
        let (path, key) = try fixture.source()
        let store = try fixture.webDAV()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("the server makes no folders at '\(server.url)/data'"))
        #expect(error.affectsWholeStore && !server.requests.contains { $0.method == "PUT" })
    }

    // MARK: A server that does not replace

    /// Answers a MOVE with 412 until what is there was deleted.
    private func replaceNothing(_ there: String) {
        let removed = Locked(false)
        server.add(
            .serve { request, _ in
                let isTemporary = request.target.hasSuffix(".tmp")
                switch request.method {
                case "MOVE": return FaultProxy.Reply(removed.withLock { $0 } ? 201 : 412)
                case "DELETE":
                    if !isTemporary { removed.withLock { $0 = true } }
                    return FaultProxy.Reply(204)
                default: return FaultProxy.Reply(200, body: Array(there.utf8))
                }
            }, when: { ["MOVE", "DELETE", "GET"].contains($0.method) })
        work()
    }

    @Test func `what is damaged is removed where nothing is replaced`() async throws {
        replaceNothing("damaged")
        let (path, key) = try fixture.source()
        #expect(try await fixture.webDAV().put(fileAt: path, as: key) == 7)
        let methods = server.requests.map(\.method).drop { $0 == "MKCOL" }
        #expect(methods == ["PUT", "MOVE", "GET", "DELETE", "MOVE"])
        #expect(server.requests.last { $0.method == "DELETE" }?.target.hasSuffix(".tmp") == false)
    }

    @Test func `what somebody else put there meanwhile stays`() async throws {
        replaceNothing("content")
        let (path, key) = try fixture.source()
        #expect(try await fixture.webDAV().put(fileAt: path, as: key) == 7)
        let deleted = server.requests.filter { $0.method == "DELETE" }
        #expect(deleted.count == 1 && deleted[0].target.hasSuffix(".tmp"))
        #expect(server.requests.count { $0.method == "MOVE" } == 1)
    }

    // MARK: Redirects

    @Test func `a redirect to another host takes no upload and no credentials there`() async throws
    {
        let other = try FaultProxy()
        for method in ["MKCOL", "PUT", "MOVE", "PROPFIND"] {
            server.reset()
            other.reset()
            server.add(
                .answer(307, headers: ["location": "\(other.url)/x"]),
                when: { $0.method == method })
            work()
            let (path, key) = try fixture.source()
            let store = try fixture.webDAV(.basic(user: "u", password: "p"))
            let error = try await fixture.failure {
                if method == "PROPFIND" {
                    _ = try await store.presence(of: ObjectRun([key.oid]))
                } else {
                    _ = try await store.put(fileAt: path, as: key)
                }
            }
            #expect(error.reason.words.contains("which is not followed"), "\(method)")
            #expect(other.requests.isEmpty, "\(method)")
        }
    }
}
