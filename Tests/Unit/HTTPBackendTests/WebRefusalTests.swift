import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// What a web server that refuses is taken to mean, and who is told what.
@Suite struct WebRefusalTests {
    let fixture: WebFixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try WebFixture() }

    @Test(arguments: [
        (401, "the server wants to know who asks", "'auth'", true),
        (403, "the server forbids it", "credentials", true),
        (404, "the server has no folder for it", "create_full_put_path", false),
        (405, "the server does not take such requests", "PUT or POST", true),
        (409, "the server has no folder for it", "create_full_put_path", false),
        (411, "the server refused it", "", false),
        (413, "it is too large for the server", "client_max_body_size", false),
        (507, "no space left on the server", "free some space", true),
    ])
    func `an upload that is refused says why, and what to do`(
        status: Int, words: String, advice: String, affectsAll: Bool
    ) async throws {
        server.add(.answer(status))
        let (path, key) = try fixture.source()
        let store = try fixture.http()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        let detail = "(HTTP \(status) to POST at '\(server.url)/data')"
        #expect(error.summary == "cannot upload \(key) to remote 'r': \(words) \(detail)")
        #expect((error.advice ?? "").contains(advice))
        #expect(!error.isTransient)
        #expect(error.affectsWholeStore == affectsAll)
    }

    @Test(arguments: [408, 423, 425, 429, 500, 502, 503, 504])
    func `what can get better is tried again, when the server says`(status: Int) async throws {
        server.add(.answer(status, headers: ["retry-after": "7"]), times: 1)
        server.add(.answer(201))
        let (path, key) = try fixture.source()
        let delays = Locked<[Duration]>([])
        var policy = RetryingStore.Policy()
        policy.sleep = { delay in delays.withLock { $0.append(delay) } }
        let store = RetryingStore(try fixture.http(), policy: policy)
        #expect(try await store.put(fileAt: path, as: key) == 7)
        #expect(delays.withLock { $0 } == [.seconds(7)])
    }

    @Test func `a server without HEAD is asked for the first byte`() async throws {
        server.add(.answer(405), when: { $0.method == "HEAD" })
        server.add(
            .answer(206, headers: ["content-range": "bytes 0-0/70"], body: "x"),
            when: { $0.target.hasSuffix("/1") || $0.headers["range"] != nil })
        let store = try fixture.http()
        let key = ObjectKey(objectID(of: [1]))
        // The one byte is more than is taken, which tells enough.
        #expect(try await store.size(of: key) != nil)
        #expect(try await store.size(of: key) != nil)
        #expect(server.requests.map(\.method) == ["HEAD", "GET", "GET"])
    }

    @Test func `a page in place of every object is no object`() async throws {
        server.add(.answer(200, headers: ["content-type": "text/html"], body: "<p>Log in"))
        let store = try fixture.http()
        let error = try await fixture.failure {
            _ = try await store.size(of: ObjectKey(objectID(of: [1])))
        }
        #expect(error.reason.words.contains("whatever it is asked for"))
        #expect(error.affectsWholeStore)
    }

    @Test func `an object that looks like a page is one where others are not there`() async throws {
        let key = ObjectKey(objectID(of: [1]))
        let name = key.path.string
        server.add(
            .answer(200, headers: ["content-type": "text/html; charset=utf-8"]),
            when: { $0.target.hasSuffix(name) })
        server.add(.answer(404))
        let store = try fixture.http()
        #expect(try await store.size(of: key) != nil)
        #expect(try await store.size(of: ObjectKey(objectID(of: [2]))) == nil)
    }

    @Test func `a page in place of every answer stores nothing, whatever its status`() async throws
    {
        server.add(.answer(200, headers: ["content-type": "text/html"], body: "<p>Log in"))
        let (path, key) = try fixture.source()
        for store in [try fixture.http() as any ObjectStore, try fixture.webDAV()] {
            let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
            #expect(error.reason.words.contains("whatever it is asked for"))
            #expect(error.operation == .upload && error.affectsWholeStore)
        }
    }

    @Test func `a page that says what was done is looked into once`() async throws {
        // As Apache answers.
        let page = ["content-type": "text/html; charset=iso-8859-1"]
        server.add(.answer(404, headers: page), when: { $0.method == "HEAD" })
        server.add(.answer(201, headers: page, body: "<title>201 Created</title>"))
        for store in [try fixture.http() as any ObjectStore, try fixture.webDAV()] {
            for number in 0..<4 {
                let (path, key) = try fixture.source([UInt8(number)])
                #expect(try await store.put(fileAt: path, as: key) == 1)
            }
        }
        #expect(server.requests.count { $0.method == "HEAD" } == 2)
    }

    @Test func `a page in place of WebDAV's answers is no empty folder`() async throws {
        server.add(.answer(207, body: "<html><p>Log in</html>"))
        let store = try fixture.webDAV()
        let oids = (0..<9).map { objectID(of: [$0, 1]) }.sorted()
        let error = try await fixture.failure {
            _ = try await store.presence(of: ObjectRun(oids[...]))
        }
        #expect(error.reason.words.contains("XML"))
        #expect(error.affectsWholeStore)
    }

    @Test func `a page in place of an answer of WebDAV is named as such`() async throws {
        server.add(.answer(200, headers: ["content-type": "text/html"], body: "<p>Log in"))
        let store = try fixture.webDAV()
        let oids = (0..<9).map { objectID(of: [$0, 1]) }.sorted()
        let error = try await fixture.failure {
            _ = try await store.presence(of: ObjectRun(oids[...]))
        }
        #expect(
            error.reason
                == .unavailable(
                    "the server does not answer as one of WebDAV (HTTP 200 to PROPFIND at "
                        + "'\(server.url)/data')"))
        #expect(error.advice == "check the url and the credentials of remote 'r'")
    }

    @Test(arguments: [
        "400 The plain HTTP request was sent to HTTPS port",
        "Client sent an HTTP request to an HTTPS server.",
    ])
    func `a server that takes requests with TLS alone is named as such`(
        page: String
    ) async throws {
        server.add(.answer(400, body: page))
        let (path, key) = try fixture.source()
        for store in [try fixture.http() as any ObjectStore, try fixture.webDAV()] {
            let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
            #expect(error.summary.contains("the server takes requests with TLS alone (HTTP 400"))
            #expect(error.advice?.contains("begin with 'https://'") == true)
            #expect(error.affectsWholeStore)
        }
    }

    @Test func `the url that a message names is without the password that it has`() async throws {
        server.add(.answer(403))
        let (path, key) = try fixture.source()
        var configuration = try fixture.configuration()
        let url = server.url.replacing("://", with: "://me:sesame@")
        configuration.address = try #require(WebAddress("\(url)/data"))
        for store in [
            HTTPStore(configuration, on: TransferLoop()) as any ObjectStore,
            fixture.webDAV(configuration),
        ] {
            let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
            #expect(error.summary.contains(" at '\(server.url)/data')"), "\(error.summary)")
            #expect(!"\(error.summary) \(error.advice ?? "")".contains("sesame"))
        }
    }

    @Test func `what helps is a setting that the kind of remote has`() async throws {
        server.add(.answer(405), when: { ["POST", "PUT"].contains($0.method) })
        server.add(.answer(201))
        let (path, key) = try fixture.source()
        var advice: [String] = []
        var webDAV = try fixture.configuration()
        webDAV.service = .webDAV
        for store in [try fixture.http() as any ObjectStore, fixture.webDAV(webDAV)] {
            let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
            advice.append(error.advice ?? "")
        }
        #expect(advice[0].contains("remote modify r method"))
        #expect(!advice[1].contains("method") && advice[1].contains("the url of remote 'r'"))
    }

    @Test func `who is refused is told what to set, and who has set it what to check`() async throws
    {
        server.add(.answer(401))
        let (path, key) = try fixture.source()
        func advice(_ store: any ObjectStore) async throws -> String {
            let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
            return error.advice ?? ""
        }
        var webDAV = try fixture.configuration()
        webDAV.service = .webDAV
        #expect(try await advice(fixture.http()).hasPrefix("set 'auth', 'user' and 'password' of"))
        #expect(try await advice(fixture.webDAV(webDAV)).hasPrefix("set 'user' and 'password' of"))
        let login = FixedHeaders.basic(user: "u", password: "p")
        #expect(try await advice(fixture.http(login)).contains("does not accept the login"))
    }

    // MARK: Who asks

    @Test func `credentials go to the host of the remote and to no other`() async throws {
        let other = try FaultProxy()
        other.add(.answer(200, headers: ["content-length": "1"], body: "x"))
        server.add(.answer(302, headers: ["location": "\(other.url)/elsewhere"]))
        let store = try fixture.http(.basic(user: "u", password: "p"))
        let key = ObjectKey(objectID(of: Array("x".utf8)))
        #expect(try await store.contents(of: key, limit: 9) == Array("x".utf8))
        #expect(server.requests.first?.headers["authorization"] == "Basic dTpw")
        #expect(other.requests.map(\.target) == ["/elsewhere"])
        #expect(other.requests.first?.headers["authorization"] == nil)
    }

    @Test func `an upload is not sent on to another host`() async throws {
        let other = try FaultProxy()
        server.add(.answer(307, headers: ["location": "\(other.url)/x"]))
        let (path, key) = try fixture.source()
        let store = try fixture.http()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.reason.words.contains("which is not followed"))
        #expect(other.requests.isEmpty)
    }

    @Test func `redirects that go in circles end`() async throws {
        server.add(.answer(302, headers: ["location": "/data/again"]))
        let store = try fixture.http()
        let error = try await fixture.failure {
            _ = try await store.size(of: ObjectKey(objectID(of: [1])))
        }
        #expect(error.reason.words.contains("which is not followed"))
        #expect(server.requests.count == 6)
    }

    @Test func `a token that is refused is renewed once`() async throws {
        server.add(.answer(401), when: { $0.headers["authorization"] == "Bearer old" })
        server.add(.answer(404))
        let asked = Locked(0)
        let identity = RenewedToken {
            asked.withLock { asked in
                asked += 1
                return asked == 1 ? "old" : "new"
            }
        }
        let store = try fixture.webDAV(identity)
        for number in 0..<3 {
            #expect(try await store.size(of: ObjectKey(objectID(of: [UInt8(number)]))) == nil)
        }
        #expect(asked.withLock { $0 } == 2)
        #expect(server.requests.count == 4)
    }

    // MARK: What is sent

    @Test func `what is not what it should be is not sent`() async throws {
        server.add(.answer(201))
        let (path, _) = try fixture.source()
        let large = [UInt8](repeating: 7, count: 300_000)
        let (largePath, _) = try fixture.source(large)
        for store in [try fixture.http() as any ObjectStore, try fixture.webDAV()] {
            for (path, found) in [
                (path, objectID(of: Array("content".utf8))), (largePath, objectID(of: large)),
            ] {
                let error = try await fixture.failure {
                    _ = try await store.put(fileAt: path, as: ObjectKey(objectID(of: [1])))
                }
                #expect(error.reason == .mismatch(found: found))
            }
        }
        #expect(!server.requests.contains { $0.method == "PUT" || $0.method == "POST" })
    }
}
