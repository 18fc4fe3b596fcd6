internal import Basics
internal import Foundation

/// `gcp-storage-emulator`, a real server that speaks the JSON API of Cloud Storage, on a free port of
/// this machine; it ends with this object.
///
/// It knows neither tokens nor conditions nor pages; ``GCSStub`` plays those.
package final class GCSServer: Sendable {
    package let port: UInt16
    private let directory: TemporaryDirectory
    private let process: RunningProcess
    private let bucketCount = Locked(0)

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Starts the program and returns once it accepts connections.
    package init() throws {
        directory = try TemporaryDirectory(inMemory: true)
        port = try LoopbackSocket.freePort()
        process = try RunningProcess(
            try S3Server.program("gcp-storage-emulator"),
            ["start", "--host", "127.0.0.1", "--port", "\(port)", "--in-memory", "--quiet"],
            in: directory.path,
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": directory.path.string,
                "TMPDIR": directory.path.string,
            ], input: [], scratch: directory.path)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if (try? LoopbackSocket.connected(to: port)) != nil { return }
            usleep(20_000)  // between two tries to connect, which is what is waited for
        }
        throw GCSServerNotReady(said: process.errorOutputSoFar)
    }

    /// A new, empty bucket of the caller's own; its name.
    package func makeBucket() throws -> String {
        let number = bucketCount.withLock { count in
            count += 1
            return count
        }
        let name = "bucket-\(number)"
        let answer = try answer(
            to: "POST", "/storage/v1/b?project=test", Array(#"{"name":"\#(name)"}"#.utf8))
        guard answer.starts(with: "HTTP/1.0 200".utf8) || answer.starts(with: "HTTP/1.1 200".utf8)
        else { throw GCSServerNotReady(said: String(decoding: answer, as: UTF8.self)) }
        return name
    }

    /// What is stored in a bucket, by name.
    package func objects(in bucket: String) throws -> [String: [UInt8]] {
        let list = try body(of: answer(to: "GET", "/storage/v1/b/\(bucket)/o"))
        let json = try JSONSerialization.jsonObject(with: Data(list)) as? [String: Any]
        let items = json?["items"] as? [[String: Any]] ?? []
        var objects: [String: [UInt8]] = [:]
        for case let name as String in items.map({ $0["name"] as Any }) {
            let path = "/storage/v1/b/\(bucket)/o/\(percentEncoded(name))?alt=media"
            objects[name] = try body(of: answer(to: "GET", path))
        }
        return objects
    }

    /// Wipes the whole server but its buckets, which is what it can do quickly.
    package func wipe() throws { _ = try body(of: answer(to: "GET", "/wipe?keep-buckets=1")) }

    package func put(_ bytes: [UInt8], as name: String, in bucket: String) throws {
        let path =
            "/upload/storage/v1/b/\(bucket)/o?uploadType=media&name=\(percentEncoded(name))"
        // Of no bytes it makes nothing.
        _ = try body(of: answer(to: "POST", path, bytes))
    }

    private func answer(
        to method: String, _ target: String, _ content: [UInt8] = []
    ) throws -> [UInt8] {
        let socket = try LoopbackSocket.connected(to: port)
        let type = target.hasPrefix("/upload") ? "application/octet-stream" : "application/json"
        let head =
            "\(method) \(target) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
            + "Content-Type: \(type)\r\nContent-Length: \(content.count)\r\n\r\n"
        socket.send(Array(head.utf8) + content)
        var answer: [UInt8] = []
        while case let piece = socket.receive(), !piece.isEmpty { answer += piece }
        return answer
    }

    private func body(of answer: [UInt8]) throws -> [UInt8] {
        let data = Data(answer)
        guard let end = data.range(of: Data("\r\n\r\n".utf8)),
            data[..<end.lowerBound].range(of: Data(" 200 ".utf8)) != nil
        else { throw GCSServerNotReady(said: String(decoding: answer, as: UTF8.self)) }
        return Array(data[end.upperBound...])
    }

    // MARK: One for all tests

    private static let shared = Locked<GCSServer?>(nil)

    /// A server that is started by the first test that needs it, and ends with the process.
    package static func forAll() throws -> GCSServer {
        try shared.withLock { shared in
            if let server = shared { return server }
            let server = try GCSServer()
            // A static property is never destroyed, and the program would stay.
            atexit { GCSServer.shared.withLock { $0 = nil } }
            shared = server
            return server
        }
    }
}

/// The emulator did not start, or refused what a test needs.
package struct GCSServerNotReady: Error, CustomStringConvertible {
    package let said: String

    package var description: String { "gcp-storage-emulator is not ready: \(said)" }
}
