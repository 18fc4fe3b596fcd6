import Basics
import HTTPClient
import TestSupport
import Testing

/// The loop against a server in this process that answers as it is told.
@Suite struct TransferLoopTests {
    let server: FaultProxy
    let loop = TransferLoop()

    init() throws { server = try FaultProxy() }

    private func request(
        _ method: HTTPRequest.Method = .get, _ path: String = "/a", body: HTTPRequest.Body = .none
    ) -> HTTPRequest {
        var peer = Peer()
        peer.activityTimeout = .seconds(60)  // on a busy machine even these answers take a while
        return HTTPRequest(method, server.url + path, body: body, peer: peer)
    }

    @Test func `an answer has its status, its headers and its body`() async throws {
        server.add(.answer(200, headers: ["X-Thing": " v "], body: "hello"))
        let answer = try await loop.send(request())
        #expect(answer.status == 200)
        #expect(answer["x-thing"] == "v")
        #expect(answer["X-Other"] == nil)
        #expect(answer.body == Array("hello".utf8))
    }

    @Test func `a refusal is an answer`() async throws {
        server.add(.answer(404, body: "no"))
        let answer = try await loop.send(request())
        #expect(answer.status == 404)
        #expect(answer.body == Array("no".utf8))
    }

    @Test func `bytes and headers arrive as they were given`() async throws {
        server.add(.answer(200))
        var put = request(.put, "/a/../b%2Fc?x=1", body: .bytes(Array("12345".utf8)))
        put.headers = [HTTPHeader("X-Mine", "yes"), HTTPHeader("X-Empty", "")]
        put.secrets = [HTTPHeader("Authorization", "secret")]
        _ = try await loop.send(put)
        let seen = try #require(server.requests.first)
        #expect(seen.method == "PUT")
        #expect(seen.target == "/a/../b%2Fc?x=1")
        #expect(seen.bodyCount == 5)
        #expect(seen.headers["x-mine"] == "yes")
        #expect(seen.headers["authorization"] == "secret")
        // Nothing that a signature would have to cover is added.
        #expect(
            Set(seen.headers.keys)
                == ["host", "x-mine", "x-empty", "authorization", "content-length"])
    }

    @Test(arguments: [HTTPRequest.Method.get, .head, .put, .post, .delete])
    func `every method works without a body`(method: HTTPRequest.Method) async throws {
        server.add(.answer(200, body: "x"))
        let answer = try await loop.send(request(method))
        #expect(answer.status == 200)
        #expect(answer.body == (method == .head ? [] : Array("x".utf8)))
        #expect(server.requests.map(\.method) == [method.rawValue])
    }

    @Test func `a piece of a file is sent`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("f")
        try writeFile(path, Array("0123456789".utf8))
        let file = try OpenFile(reading: path)
        var put = request(.put, body: .file(descriptor: file.descriptor, range: 2..<7))
        put.expectsContinue = true
        let moved = Locked<Int64>(0)
        put.observer = { bytes in moved.withLock { $0 += bytes } }
        server.add(.answer(201))
        let answer = try await loop.send(put)
        #expect(answer.status == 201)
        #expect(server.requests.first?.bodyCount == 5)
        #expect(server.requests.first?.headers["expect"] == "100-continue")
        #expect(moved.withLock { $0 } == 5)
        _ = consume file
    }

    @Test func `a file that became shorter ends the request`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("f")
        try writeFile(path, Array("0123".utf8))
        let file = try OpenFile(reading: path)
        server.add(.answer(200))
        await expectFailure(
            request(.put, body: .file(descriptor: file.descriptor, range: 0..<9)),
            { $0 == .sourceShrank })
        _ = consume file
    }

    @Test func `an answer goes to a file`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("f")
        let file = try OpenFile(creating: path)
        server.add(.answer(200, body: "hello"))
        var get = request()
        get.destination = .file(descriptor: file.descriptor, offset: 3, limit: 5)
        let answer = try await loop.send(get)
        #expect(answer.body.isEmpty && answer.bodyCount == 5)
        #expect(try readFile(path) == [0, 0, 0] + Array("hello".utf8))
        _ = consume file
    }

    @Test(arguments: [(5, "hello"), (4, "")])
    func `an answer goes to a file when it is too long for memory`(
        memory: Int, body: String
    ) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("f")
        let file = try OpenFile(creating: path)
        let descriptor = file.descriptor
        server.add(.answer(200, body: "hello"))
        var get = request()
        get.destination = .memoryOrFile(memory: memory) { .success(descriptor) }
        let answer = try await loop.send(get)
        #expect(answer.body == Array(body.utf8) && answer.bodyCount == 5)
        #expect(try readFile(path) == Array((body.isEmpty ? "hello" : "").utf8))
        _ = consume file
    }

    @Test func `a file for a long answer that cannot be made says why`() async throws {
        server.add(.answer(200, body: "hello"))
        var get = request()
        get.destination = .memoryOrFile(memory: 4) {
            .failure(SystemError("create", "f", code: 13))
        }
        await expectFailure(get, { $0 == .writing(code: 13) })
    }

    @Test func `a refusal never goes to a file`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("f")
        let file = try OpenFile(creating: path)
        server.add(.answer(500, body: "not this"))
        var get = request()
        get.destination = .file(descriptor: file.descriptor, offset: 0, limit: 100)
        #expect(try await loop.send(get).body == Array("not this".utf8))
        #expect(try readFile(path) == [])
        _ = consume file
    }

    @Test func `a file that cannot be written says why`() async throws {
        let file = try OpenFile("/dev/full", 1, operation: "write")
        server.add(.answer(200, body: "hello"))
        var get = request()
        get.destination = .file(descriptor: file.descriptor, offset: 0, limit: 100)
        await expectFailure(get, { $0 == .writing(code: 28) })
        _ = consume file
    }

    @Test func `an answer that is longer than wanted ends the request`() async throws {
        server.add(.answer(200, body: "hello"))
        var get = request()
        get.destination = .memory(limit: 4)
        await expectFailure(get, { $0 == .tooLarge(limit: 4) })
    }

    @Test func `an answer that ends too early is an interruption`() async throws {
        server.add(.answerShort(body: "hel", announced: 5))
        await expectFailure(request(), { if case .interrupted = $0 { true } else { false } })
    }

    @Test func `a reset is an interruption`() async throws {
        server.add(.reset(), times: 1)
        await expectFailure(request(), { if case .interrupted = $0 { true } else { false } })
    }

    @Test func `a server that says nothing is not waited for`() async throws {
        server.add(.stall)
        var stalled = request()
        stalled.activityTimeout = .seconds(1)
        await expectFailure(stalled, { $0 == .stalled(.seconds(1)) })
    }

    @Test func `what is not HTTP is a failure`() async throws {
        server.add(.raw("\u{16}\u{3}\u{1} this is not HTTP\r\n\r\n"))
        await #expect(throws: TransportError.self) { try await loop.send(request()) }
    }

    @Test func `headers without end are not kept`() async throws {
        let lines = String(
            repeating: "X-Long: \(String(repeating: "a", count: 1000))\r\n", count: 300)
        server.add(.raw("HTTP/1.1 200 OK\r\n\(lines)\r\n"))
        await #expect(throws: TransportError.self) { try await loop.send(request()) }
    }

    @Test func `nobody listening is a failure to connect`() async throws {
        server.stop()
        let port = try LoopbackSocket.freePort()
        await expectFailure(
            HTTPRequest(.get, "http://127.0.0.1:\(port)/", peer: Peer()),
            { $0 == .cannotConnect("connection refused") })
    }

    @Test func `a service that does not speak HTTP is named as such`() async throws {
        server.add(.raw("SSH-2.0-OpenSSH_9.2\r\n"))
        await expectFailure(request(), { $0 == .notHTTP })
    }

    @Test func `a name without an address is said`() async throws {
        await expectFailure(
            HTTPRequest(.get, "http://no-such-host.invalid/", peer: Peer()),
            { $0 == .hostNotFound })
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://user:pw@127.0.0.1/", "/a",
        "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/a b", "http://a%00b/", "http:///a",
    ])
    func `a URL that is none of HTTP is not sent`(url: String) async throws {
        await expectFailure(
            HTTPRequest(.get, url, peer: Peer()),
            { if case .badRequest = $0 { true } else { false } })
    }

    @Test(arguments: [HTTPHeader("A", "b\r\nC: d"), HTTPHeader("A b", "c"), HTTPHeader("", "c")])
    func `a header that is none is not sent`(header: HTTPHeader) async throws {
        var get = request()
        get.headers = [header]
        await expectFailure(get, { if case .badRequest = $0 { true } else { false } })
        #expect(server.requests.isEmpty)
    }

    @Test func `a proxy that is set is used, unless the host is an exception`() async throws {
        server.add(.answer(200, body: "from the proxy"))
        var get = HTTPRequest(.get, "http://no-such-host.invalid/x", peer: Peer())
        get.peer.proxy.http = server.url
        #expect(try await loop.send(get).body == Array("from the proxy".utf8))
        #expect(server.requests.first?.target == "http://no-such-host.invalid/x")
        get.peer.proxy.exceptions = "example.org,.invalid"
        await expectFailure(get, { $0 == .hostNotFound })
    }

    @Test func `cancelling ends a request that is under way`() async throws {
        server.add(.stall)
        let loop = loop
        let stalled = request()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await loop.send(stalled) }
                // Once it arrived it is under way.
                while server.requests.isEmpty { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        let (loop, get) = (loop, request())
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { _ = try await loop.send(get) }
                try await group.waitForAll()
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `no more requests are under way than allowed`() async throws {
        server.add(.answer(200, body: "x"))
        var settings = TransferLoop.Settings()
        settings.concurrency = 3
        let loop = TransferLoop(settings)
        let get = request()
        try await forEachIndexConcurrently(60, limit: 20) { _ in
            let answer = try await loop.send(get)
            #expect(answer.status == 200)
        }
        #expect(server.requests.count == 60)
        #expect(server.mostInFlight <= 3 + 1)  // one may still be closing on the server's side
    }

    @Test func `a trace has no secret`() async throws {
        server.add(.answer(200, body: "12"))
        let lines = Locked<[String]>([])
        var settings = TransferLoop.Settings()
        settings.trace = { line in lines.withLock { $0.append(line) } }
        let loop = TransferLoop(settings)
        var get = request(.get, "/a?list-type=2&X-Amz-Signature=hidden")
        get.secrets = [HTTPHeader("Authorization", "hidden")]
        _ = try await loop.send(get)
        let line = try #require(lines.withLock { $0 }.first)
        #expect(line.hasPrefix("GET \(server.url)/a?list-type=2&X-Amz-Signature=...: 200, 0 bytes"))
        #expect(!line.contains("hidden"))
    }

    private func expectFailure(
        _ request: HTTPRequest, _ expected: (TransportError.Reason) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        do {
            let answer = try await loop.send(request)
            Issue.record("answered \(answer.status)", sourceLocation: sourceLocation)
        } catch let error as TransportError {
            #expect(expected(error.reason), "\(error.reason)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}
