import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// A store on a name node of the tests' own.
final class WebHDFSFixture: StoreFixture {
    let server: HDFSServer
    let scratch: ScratchDirectory
    private let loop = TransferLoop()

    /// Rules that are to win are added to the server's nodes by `prepare`.
    init(
        wants: (name: String, value: String)? = nil, _ prepare: (HDFSServer) -> Void = { _ in }
    ) throws {
        server = try HDFSServer(wants: wants)
        scratch = try ScratchDirectory()
        prepare(server)
        server.start()
    }

    func store(_ change: (inout WebHDFSConfiguration) -> Void = { _ in }) throws -> WebHDFSStore {
        var configuration = try #require(
            WebHDFSConfiguration(
                name: "r", scheme: "http", authority: "127.0.0.1:\(server.port)",
                root: "/data/da ta"))
        configuration.web.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        change(&configuration)
        return WebHDFSStore(configuration, on: loop)
    }

    func patient(_ store: WebHDFSStore) -> RetryingStore {
        RetryingStore(store, policy: .withoutPauses)
    }
}

/// HDFS by its REST interface, after its documentation: there is no Hadoop to test with.
@Suite struct WebHDFSStoreTests {
    @Test(arguments: StoreCheck.all)
    func `the store keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            let fixture = try WebHDFSFixture()
            return StoreUnderTest(fixture.patient(try fixture.store())) { key, bytes in
                fixture.server.put(bytes, at: "/data/da ta/\(key.path)")
            }
        }
    }

    @Test func `a file is written in two steps under another name, and renamed`() async throws {
        let fixture = try WebHDFSFixture()
        let (path, key) = try fixture.source()
        let store = try fixture.store { $0.parameters = [("user.name", "me & you")] }
        _ = try await store.put(fileAt: path, as: key)
        #expect(Array(fixture.server.content.keys) == ["/data/da ta/\(key.path)"])
        let asked = fixture.server.nameNode.requests
        #expect(asked.map(\.method) == ["PUT", "PUT"])
        #expect(asked.allSatisfy { $0.target.contains("user.name=me%20%26%20you") })
        #expect(asked[0].target.contains("op=CREATE&overwrite=true"))
        #expect(asked[0].bodyCount == 0 && asked[0].target.contains(".tmp?"))
        #expect(asked[1].target.contains("op=RENAME&destination=%2Fdata%2Fda%20ta%2Ffiles"))
        let sent = fixture.server.dataNode.requests
        #expect(sent.count == 1 && sent[0].bodyCount == 7)
        #expect(sent[0].headers["content-type"] == "application/octet-stream")
    }

    @Test func `credentials go to the name node alone, and the token is in every question`()
        async throws
    {
        let fixture = try WebHDFSFixture(wants: ("delegation", "secret-token"))
        let (path, key) = try fixture.source()
        let store = try fixture.store {
            $0.parameters = [("delegation", "secret-token")]
            $0.web.identity = .basic(user: "me", password: "pw")
        }
        _ = try await store.put(fileAt: path, as: key)
        _ = try await store.contents(of: key, limit: 100)
        #expect(
            fixture.server.nameNode.requests.allSatisfy {
                $0.headers["authorization"]?.hasPrefix("Basic ") == true
            })
        #expect(fixture.server.dataNode.requests.count == 2)
        #expect(fixture.server.dataNode.requests.allSatisfy { $0.headers["authorization"] == nil })
        let wrong = try fixture.store()
        let error = try await fixture.failure { _ = try await wrong.size(of: key) }
        guard case .denied = error.reason else {
            Issue.record("\(error.reason)")
            return
        }
    }

    @Test func `a gateway that sends us to itself is told who we are`() async throws {
        let fixture = try WebHDFSFixture { server in
            // As HttpFS does it: the same host, and `data=true`.
            let url = server.nameNode.url
            server.nameNode.add(
                .serve { request, _ in
                    FaultProxy.Reply(
                        307, headers: ["Location": "\(url)\(request.target)&data=true"])
                }, when: { $0.target.contains("op=CREATE") && !$0.target.contains("data=true") })
            server.nameNode.add(.answer(201), when: { $0.target.contains("data=true") })
            server.nameNode.add(
                .answer(200, body: "{\"boolean\":true}"), when: { $0.target.contains("op=RENAME") })
        }
        let (path, key) = try fixture.source()
        let store = try fixture.store { $0.web.identity = .basic(user: "me", password: "pw") }
        _ = try await store.put(fileAt: path, as: key)
        let sent = fixture.server.nameNode.requests.filter { $0.target.contains("data=true") }
        #expect(sent.count == 1 && sent[0].headers["authorization"] != nil)
        #expect(fixture.server.dataNode.requests.isEmpty)
    }

    @Test func `a proxy for the data nodes takes the place of their addresses`() async throws {
        let fixture = try WebHDFSFixture { server in
            server.nameNode.add(
                .serve { request, _ in
                    FaultProxy.Reply(
                        307,
                        headers: [
                            "Location": "http://no.such.host:1\(request.target)&ticket=for-you"
                        ])
                }, when: { $0.target.contains("op=CREATE") })
        }
        let (path, key) = try fixture.source()
        let target = "\(fixture.server.dataNode.url)\(HDFSServer.prefix)"
        _ = try await fixture.store { $0.dataProxy = target }.put(fileAt: path, as: key)
        #expect(fixture.server.content.count == 1)
    }

    @Test(arguments: ["http://evil:1/x", "https:///", "file:///etc/passwd", "/rel", "x", ""])
    func `a redirect goes to a web server, and from TLS to TLS only`(location: String) async throws
    {
        let fixture = try WebHDFSFixture { server in
            server.nameNode.add(.answer(307, headers: ["Location": location]))
        }
        let (path, key) = try fixture.source()
        // Nothing listens there; and what is no URL of HTTP is not followed at all.
        let error = try await fixture.failure {
            _ = try await fixture.store().put(fileAt: path, as: key)
        }
        #expect(!error.summary.contains("passwd"), "\(error.summary)")
        #expect(fixture.server.dataNode.requests.isEmpty)
    }

    @Test(
        arguments: [
            (403, "AccessControlException", "denied"), (401, "AuthenticationException", "denied"),
            (403, "InvalidToken", "denied"), (403, "DSQuotaExceededException", "full"),
            (403, "NSQuotaExceededException", "full"), (403, "StandbyException", "unavailable"),
            (403, "SafeModeException", "busy"), (403, "RetriableException", "busy"),
            (500, "RuntimeException", "busy"), (400, "IllegalArgumentException", "failed"),
            (404, "FileNotFoundException", "failed"),
            (403, "ParentNotDirectoryException", "unavailable"),
        ])
    func `what a node refuses has its reason`(
        status: Int, exception: String, reason: String
    ) async throws {
        for onDataNode in [false, true] {
            let fixture = try WebHDFSFixture { server in
                let node = onDataNode ? server.dataNode : server.nameNode
                node.add(
                    .serve { _, _ in HDFSServer.exception(status, exception, "the words") },
                    when: { $0.target.contains("op=CREATE") })
            }
            let (path, key) = try fixture.source()
            let error = try await fixture.failure {
                _ = try await fixture.store().put(fileAt: path, as: key)
            }
            #expect("\(error.reason)".hasPrefix(reason + "("), "\(error.reason)")
            #expect(error.key == key && error.store == "r")
            #expect(error.summary.contains(" at 'http://127.0.0.1:"), "\(error.summary)")
            #expect(fixture.server.content.isEmpty)
        }
    }

    /// What stands before a cluster, as Knox does, has its own words, or none.
    @Test(
        arguments: [
            (401, "denied"), (403, "denied"), (405, "unavailable"), (409, "failed"),
            (411, "failed"), (413, "failed"), (423, "busy"), (429, "busy"), (500, "busy"),
            (502, "busy"), (503, "busy"), (504, "busy"), (507, "full"), (302, "unavailable"),
        ])
    func `what a gateway refuses has its reason, too`(status: Int, reason: String) async throws {
        for (onDataNode, operation) in [(false, "CREATE"), (true, "CREATE"), (false, "RENAME")] {
            let fixture = try WebHDFSFixture { server in
                let node = onDataNode ? server.dataNode : server.nameNode
                node.add(
                    .answer(status, headers: ["Location": "/login"], body: "<html>no</html>"),
                    when: { $0.target.contains("op=\(operation)") })
            }
            let (path, key) = try fixture.source()
            let error = try await fixture.failure {
                _ = try await fixture.store().put(fileAt: path, as: key)
            }
            #expect("\(error.reason)".hasPrefix(reason + "("), "\(operation): \(error.reason)")
            #expect(error.summary.contains("HTTP \(status)"))
            #expect(fixture.server.content.isEmpty)
        }
    }

    @Test func `what is no name node is not taken for one`() async throws {
        for fault in [
            FaultProxy.Fault.answer(200, body: "<html>Welcome</html>"), .answer(404, body: "nginx"),
            .answer(200, body: "{\"FileStatus\":1}"),
        ] {
            let fixture = try WebHDFSFixture { $0.nameNode.add(fault) }
            let (path, key) = try fixture.source()
            let store = try fixture.store()
            for request in [
                { _ = try await store.size(of: key) },
                { _ = try await store.put(fileAt: path, as: key) },
                { _ = try await store.contents(of: key, limit: 9) },
            ] as [() async throws -> Void] {
                let error = try await fixture.failure(of: request)
                guard case .unavailable(let words) = error.reason else {
                    Issue.record("\(error.reason)")
                    continue
                }
                #expect(words.hasPrefix("what answers at 'http://127.0.0.1:"), "\(words)")
                #expect(words.contains("' is no name node"))
            }
        }
    }

    @Test func `a data node that dies in the middle leaves nothing under the object's name`()
        async throws
    {
        let fixture = try WebHDFSFixture { $0.dataNode.add(.reset(afterBody: 100_000), times: 1) }
        let (path, key) = try fixture.source(sampleBytes(3_000_000))
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.isTransient)
        #expect(fixture.server.content.isEmpty)
        _ = try await fixture.patient(store).put(fileAt: path, as: key)
        #expect(fixture.server.content.count == 1)
    }

    @Test func `a damaged object is replaced, and a whole one stays`() async throws {
        let fixture = try WebHDFSFixture()
        let (path, key) = try fixture.source()
        let place = "/data/da ta/\(key.path)"
        fixture.server.put(Array("damaged".utf8), at: place)
        let store = try fixture.store()
        _ = try await store.put(fileAt: path, as: key)
        #expect(fixture.server.content == [place: Array("content".utf8)])
        _ = try await store.put(fileAt: path, as: key)
        #expect(fixture.server.content.count == 1)
        let deleted = fixture.server.nameNode.requests.filter { $0.method == "DELETE" }
        // The damaged one, and then only what was not needed.
        #expect(deleted.count == 2 && deleted[1].target.contains(".tmp?"))
    }

    @Test func `entries of the run-cache come back`() async throws {
        let fixture = try WebHDFSFixture()
        let runCache = try #require(try fixture.store().runCache)
        #expect(try await runCache.runs().isEmpty)
        let digits = String(repeating: "a", count: 64)
        let name = try #require(RunCacheName(key: digits, value: digits))
        try await runCache.put([1, 2], as: name)
        try await runCache.put([1, 2, 3], as: name)
        #expect(try await runCache.runs() == [name])
        #expect(try await runCache.contents(of: name, limit: 9) == [1, 2, 3])
    }

    @Test func `Kerberos without a ticket is refused in the words of a login`() async throws {
        let fixture = try WebHDFSFixture { server in
            server.nameNode.add(.answer(401, headers: ["WWW-Authenticate": "Negotiate"]))
        }
        let (_, key) = try fixture.source()
        let store = try fixture.store { $0.web.peer.negotiates = true }
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        guard case .denied = error.reason else {
            Issue.record("\(error.reason)")
            return
        }
    }
}
