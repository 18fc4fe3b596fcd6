internal import Basics

/// An HTTP server that plays a service which nobody can run here: a closure answers each request.
package final class StubServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        /// Percent-encoded, as it was sent.
        package let path: String
        /// As it was sent, without the question mark.
        package let query: String
        /// Names in lower case.
        package let headers: [String: String]
        package let body: [UInt8]

        /// The decoded value of a field of the query.
        package subscript(field: String) -> String? {
            for pair in query.split(separator: "&") {
                let parts = pair.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts[0] == field else { continue }
                let value = parts.count > 1 ? String(parts[1]) : ""
                return String(decoding: percentDecoded(value), as: UTF8.self)
            }
            return nil
        }
    }

    package struct Response: Sendable {
        package var status: Int
        package var headers: [String: String]
        package var body: [UInt8]

        package init(_ status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        package init(_ status: Int, headers: [String: String] = [:], text: String) {
            self.init(status, headers: headers, body: Array(text.utf8))
        }
    }

    package let port: UInt16
    private let listener: LoopbackSocket

    /// `answer`: called from any thread, also at once.
    package init(_ answer: @escaping @Sendable (Request) -> Response) throws {
        (listener, port) = try LoopbackSocket.listening()
        let listener = listener
        startThread {
            while let connection = listener.accepted() {
                startThread { Self.serve(connection, answer) }
            }
        }
    }

    deinit { listener.shutDown() }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Answers to one request: whoever wants another connects again.
    private static func serve(
        _ client: LoopbackSocket, _ answer: (Request) -> Response
    ) {
        guard let (head, start) = FaultProxy.readHead(client) else { return }
        if head.headers["expect"]?.lowercased() == "100-continue" {
            client.send("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        }
        var body = start
        let isChunked = head.headers["transfer-encoding"]?.lowercased() == "chunked"
        while isChunked
            ? !body.suffix(5).elementsEqual("0\r\n\r\n".utf8) : body.count < head.bodyCount
        {
            let piece = client.receive()
            if piece.isEmpty { return }
            body += piece
        }
        if isChunked { body = unchunked(body) }
        let path = head.target.prefix { $0 != "?" }
        let request = Request(
            method: head.method, path: String(path),
            query: String(head.target.dropFirst(path.count + 1)), headers: head.headers,
            body: body)
        let response = answer(request)
        var text = "HTTP/1.1 \(response.status) Status\r\nConnection: close\r\n"
        if response.headers["Content-Length"] == nil {
            text += "Content-Length: \(response.body.count)\r\n"
        }
        for (name, value) in response.headers { text += "\(name): \(value)\r\n" }
        client.send((text + "\r\n").utf8)
        if head.method != "HEAD" { client.send(response.body) }
        client.finishSending()
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var content: [UInt8] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let digits = String(
                decoding: rest[..<end].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let count = Int(digits, radix: 16), count > 0 else { break }
            rest = rest[(end + 2)...]
            content += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
        return content
    }
}
