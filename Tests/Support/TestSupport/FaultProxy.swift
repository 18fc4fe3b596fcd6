internal import Basics

/// An HTTP server for tests: hands requests on to a real one, or does to them what rules say.
///
/// Every connection has one request, so that what is done to one is done to no other.
package final class FaultProxy: Sendable {
    /// One request as it arrived.
    package struct Request: Sendable {
        package let method: String
        /// Path and query.
        package let target: String
        /// Names in lower case.
        package let headers: [String: String]
        /// How long the body is said to be, in bytes; 0 when it comes in chunks.
        package let bodyCount: Int
        /// Everything up to the body.
        let head: [UInt8]
    }

    /// What a server of a test's own answers.
    package struct Reply: Sendable {
        package var status: Int
        package var headers: [String: String]
        package var body: [UInt8]

        package init(_ status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// What is done to a request.
    package enum Fault: Sendable {
        /// Answers itself, after it read the whole request.
        case answer(Int, headers: [String: String] = [:], body: String = "")
        /// Answers what this says to the request and its body: a server of the test's own.
        case serve(@Sendable (Request, [UInt8]) -> Reply)
        /// Answers like this, but never ends the body that it announces.
        case answerShort(body: String, announced: Int)
        /// Answers with these bytes, whatever they are.
        case raw(String)
        /// Ends the connection with a reset, after so many bytes of the request's body.
        case reset(afterBody: Int = 0)
        /// Takes the request and never answers.
        case stall
        /// Hands on, and ends the connection after so many bytes of the answer's body.
        case truncate(afterBody: Int)
        /// Hands on, and changes the last byte of the answer's body.
        case corrupt
        /// Hands on, and then answers this instead of what came back.
        case replaceAnswer(Int, headers: [String: String] = [:], body: String = "")
    }

    private struct Rule {
        let matches: @Sendable (Request) -> Bool
        let fault: Fault
        var remaining: Int
    }

    private struct State {
        var rules: [Rule] = []
        var requests: [Request] = []
        var connections: [ObjectIdentifier: LoopbackSocket] = [:]
        var underWay: Set<ObjectIdentifier> = []
        var mostInFlight = 0
    }

    package let port: UInt16
    private let listener: LoopbackSocket
    /// The port of the server behind this; `nil` when there is none.
    private let upstream: UInt16?
    private let state = Locked(State())

    package init(to upstream: UInt16? = nil) throws {
        (listener, port) = try LoopbackSocket.listening()
        self.upstream = upstream
        let listener = listener
        startThread { [weak self] in
            while let connection = listener.accepted() {
                guard let self else { return }
                startThread { self.serve(connection) }
            }
        }
    }

    deinit { stop() }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Accepts nothing more and ends what is under way.
    package func stop() {
        listener.shutDown()
        for connection in state.withLock({ $0.connections.values.map(\.self) }) {
            connection.shutDown()
        }
    }

    /// Does something to the next `times` requests of a kind; rules that were added first win.
    package func add(
        _ fault: Fault, times: Int = .max,
        when matches: @escaping @Sendable (Request) -> Bool = { _ in true }
    ) {
        state.withLock { $0.rules.append(Rule(matches: matches, fault: fault, remaining: times)) }
    }

    /// Every request so far, in the order of arrival.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many requests were under way at the same time, at most; each until its answer begins.
    package var mostInFlight: Int { state.withLock { $0.mostInFlight } }

    /// Forgets the requests and how many were under way at once, but not the rules.
    package func forgetRequests() {
        state.withLock {
            $0.requests = []
            $0.mostInFlight = $0.underWay.count
        }
    }

    /// Forgets the requests and the rules.
    package func reset() {
        state.withLock {
            $0.requests = []
            $0.rules = []
        }
    }

    // MARK: One connection

    private func serve(_ client: LoopbackSocket) {
        state.withLock {
            $0.connections[ObjectIdentifier(client)] = client
            $0.underWay.insert(ObjectIdentifier(client))
            $0.mostInFlight = max($0.mostInFlight, $0.underWay.count)
        }
        defer {
            noteAnswer(client)
            state.withLock { $0.connections[ObjectIdentifier(client)] = nil }
        }
        guard let (request, start) = Self.readHead(client) else { return }
        let fault = state.withLock { state -> Fault? in
            state.requests.append(request)
            let index = state.rules.firstIndex { $0.remaining > 0 && $0.matches(request) }
            guard let index else { return nil }
            state.rules[index].remaining -= 1
            return state.rules[index].fault
        }
        apply(fault, to: request, start, client)
    }

    /// From here on whoever asked may send the next request.
    private func noteAnswer(_ client: LoopbackSocket) {
        state.withLock { _ = $0.underWay.remove(ObjectIdentifier(client)) }
    }

    private func apply(
        _ fault: Fault?, to request: Request, _ start: [UInt8], _ client: LoopbackSocket
    ) {
        switch fault {
        case .answer(let status, let headers, let body):
            Self.takeBody(request, start, client)
            noteAnswer(client)
            Self.answer(
                client, status, headers, Array(body.utf8), isHead: request.method == "HEAD")
        case .serve(let answer):
            let body = Self.takeBody(request, start, client)
            let reply = answer(request, body)
            noteAnswer(client)
            Self.answer(
                client, reply.status, reply.headers, reply.body, isHead: request.method == "HEAD")
        case .answerShort(let body, let announced):
            Self.takeBody(request, start, client)
            client.send(
                "HTTP/1.1 200 OK\r\nContent-Length: \(announced)\r\n\r\n\(body)".utf8)
        case .raw(let bytes):
            Self.takeBody(request, start, client)
            client.send(bytes.utf8)
        case .reset(let count):
            var taken = start.count
            while taken < count {
                let piece = client.receive()
                if piece.isEmpty { break }
                taken += piece.count
            }
            client.resetOnClose()
        case .stall:
            Self.takeBody(request, start, client)
            while !client.receive().isEmpty {}
        case nil, .truncate, .corrupt, .replaceAnswer:
            forward(request, start, client, fault)
        }
    }

    private static func answer(
        _ client: LoopbackSocket, _ status: Int, _ headers: [String: String], _ body: [UInt8],
        isHead: Bool
    ) {
        var text = "HTTP/1.1 \(status) Status\r\nConnection: close\r\n"
        text += "Content-Length: \(body.count)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        client.send(Array((text + "\r\n").utf8) + (isHead ? [] : body))
    }

    // MARK: Handing on

    private func forward(
        _ request: Request, _ start: [UInt8], _ client: LoopbackSocket, _ fault: Fault?
    ) {
        guard let upstream, let server = try? LoopbackSocket.connected(to: upstream) else {
            // A test that forgot the server sees it at once.
            let words = Array("nobody is behind this proxy".utf8)
            return Self.answer(client, 502, [:], words, isHead: false)
        }
        server.send(Self.headForOneRequest(request))
        server.send(start)
        let wantsLeave = request.headers["expect"]?.lowercased() == "100-continue"
        if wantsLeave { client.send("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        var expected = RequestBody(headers: request.headers)
        expected.take(start)
        while !expected.isComplete {
            let piece = client.receive()
            if piece.isEmpty { return }
            expected.take(piece)
            server.send(piece)
        }
        relay(from: server, to: client, request, fault)
    }

    private func relay(
        from server: LoopbackSocket, to client: LoopbackSocket, _ request: Request, _ fault: Fault?
    ) {
        guard let (head, start) = Self.receiveHead(server) else { return }
        noteAnswer(client)
        if case .replaceAnswer(let status, let headers, let body) = fault {
            while !server.receive().isEmpty {}
            return Self.answer(
                client, status, headers, Array(body.utf8), isHead: request.method == "HEAD")
        }
        client.send(head)
        var allowed = Int.max
        if case .truncate(let count) = fault { allowed = count }
        var pending = start
        repeat {
            let next = server.receive()
            if case .corrupt = fault, next.isEmpty, !pending.isEmpty {
                pending[pending.count - 1] ^= 1
            }
            let piece = pending.prefix(allowed)
            allowed -= piece.count
            guard client.send(piece), allowed > 0 else { return }
            pending = next
        } while !pending.isEmpty
    }

    /// The head with one line changed: the server closes after its answer, so its end is seen.
    private static func headForOneRequest(_ request: Request) -> [UInt8] {
        let lines = String(decoding: request.head, as: UTF8.self).split(separator: "\r\n").filter {
            let name = $0.prefix { $0 != ":" }.lowercased()
            return name != "connection" && name != "expect"
        }
        return Array((lines.joined(separator: "\r\n") + "\r\nConnection: close\r\n\r\n").utf8)
    }

    // MARK: Reading

    static func readHead(_ client: LoopbackSocket) -> (Request, start: [UInt8])? {
        guard let (head, rest) = receiveHead(client) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let request = Request(
            method: String(words[0]), target: String(words[1]), headers: headers,
            bodyCount: headers["content-length"].flatMap { Int($0) } ?? 0, head: head)
        return (request, rest)
    }

    /// Everything up to the empty line, and what came with it of the rest.
    private static func receiveHead(_ socket: LoopbackSocket) -> (head: [UInt8], rest: [UInt8])? {
        let mark = Array("\r\n\r\n".utf8)
        var bytes: [UInt8] = []
        while true {
            if let start = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) {
                let end = start + mark.count
                let head = Array(bytes[..<end])
                // What says "go on" is not the answer.
                guard head.starts(with: "HTTP/1.1 100".utf8) else {
                    return (head, Array(bytes[end...]))
                }
                bytes.removeFirst(end)
                continue
            }
            let piece = socket.receive()
            if piece.isEmpty { return nil }
            bytes += piece
        }
    }

    /// Takes the whole body and returns it.
    @discardableResult
    private static func takeBody(
        _ request: Request, _ start: [UInt8], _ client: LoopbackSocket
    ) -> [UInt8] {
        var body = start
        if request.headers["expect"]?.lowercased() == "100-continue" {
            client.send("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        }
        var expected = RequestBody(headers: request.headers)
        expected.take(start)
        while !expected.isComplete {
            let piece = client.receive()
            if piece.isEmpty { break }
            expected.take(piece)
            body += piece
        }
        return body
    }
}
