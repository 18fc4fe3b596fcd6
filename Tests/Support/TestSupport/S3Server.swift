package import Basics
internal import Foundation

/// A real server that speaks S3, on a free port of this machine; it ends with this object.
package final class S3Server: Sendable {
    package enum Program: CaseIterable, Sendable {
        /// `rclone serve s3`, which lets everybody in.
        case rclone
        /// The same, checking signatures.
        case rcloneWithKeys
        /// `moto_server`, which checks no signatures but knows nearly all of S3.
        case moto
    }

    package static let accessKey = "AKIDEXAMPLE"
    package static let secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    package let program: Program
    package let port: UInt16
    private let directory: TemporaryDirectory
    private let process: RunningProcess
    private let bucketCount = Locked(0)

    /// The file of a certificate that nobody else trusts, when the server speaks TLS.
    package let certificate: FilePath?

    package var url: String {
        "\(certificate == nil ? "http" : "https")://127.0.0.1:\(port)"
    }

    /// The folder whose folders are rclone's buckets.
    package var buckets: FilePath { directory.path.appending("buckets") }

    /// Starts the program and returns once it accepts connections.
    ///
    /// `speaksTLS`: rclone only.
    package init(_ program: Program, speaksTLS: Bool = false) throws {
        self.program = program
        directory = try TemporaryDirectory(inMemory: true)
        let buckets = directory.path.appending("buckets")
        for number in 1...500 { try createDirectories(buckets.appending("bucket-\(number)")) }
        port = try LoopbackSocket.freePort()
        certificate = speaksTLS ? try Self.makeCertificate(in: directory.path) : nil
        let path: String
        let arguments: [String]
        switch program {
        case .moto:
            path = try Self.program("moto_server")
            arguments = ["-H", "127.0.0.1", "-p", "\(port)"]
        case .rclone, .rcloneWithKeys:
            path = try Self.program("rclone")
            arguments =
                ["serve", "s3", buckets.string, "--addr", "127.0.0.1:\(port)", "--config", ""]
                + (program == .rcloneWithKeys
                    ? ["--auth-key", "\(Self.accessKey),\(Self.secretKey)"] : [])
                + (certificate.map { ["--cert", $0.string, "--key", "\($0).key"] } ?? [])
        }
        let environment = [
            "PATH": "/usr/bin:/bin", "HOME": directory.path.string,
            "TMPDIR": directory.path.string,
            // Parts of a few KiB show the same as those of 5 MiB and more that AWS demands.
            "S3_UPLOAD_PART_MIN_SIZE": "65536",
        ]
        process = try RunningProcess(
            path, arguments, in: directory.path, environment: environment, input: [],
            scratch: directory.path)
        try waitUntilReady()
    }

    private static func makeCertificate(in folder: FilePath) throws -> FilePath {
        let path = folder.appending("certificate.pem")
        let arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-out", path.string, "-keyout", "\(path).key",
        ]
        try RunningProcess(
            "openssl", arguments, in: folder, environment: ["PATH": "/usr/bin:/bin"], input: [],
            scratch: folder
        ).wait().checked()
        return path
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if (try? LoopbackSocket.connected(to: port)) != nil { return }
            usleep(20_000)  // between two tries to connect, which is what is waited for
        }
        throw ServerNotReady(program: program, said: process.errorOutputSoFar)
    }

    /// A new, empty bucket of the caller's own; its name.
    package func makeBucket() throws -> String {
        let number = bucketCount.withLock { count in
            count += 1
            return count
        }
        let name = "bucket-\(number)"
        // Those of rclone are there from the start: for minutes it does not see new folders.
        guard program == .moto else { return name }
        let socket = try LoopbackSocket.connected(to: port)
        socket.send(
            "PUT /\(name) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: 0\r\n\r\n".utf8)
        let answer = String(decoding: socket.receive(), as: UTF8.self)
        guard answer.contains(" 200 ") else {
            throw ServerNotReady(program: program, said: answer)
        }
        return name
    }

    /// A program of the interop tests' Python environment, beside real DVC.
    package static func program(_ name: String) throws -> String {
        let folder = FilePath(try Sandbox.realDVC()).parent
        return folder.appending(name).string
    }

    // MARK: One for all tests

    private static let shared = Locked<[Program: S3Server]>([:])

    /// A server that is started by the first test that needs it, and ends with the process.
    ///
    /// Each test makes a bucket of its own. Without the program, which `Tests/run.sh` installs, it
    /// throws: no test passes because there was nothing to talk to.
    package static func shared(_ program: Program) throws -> S3Server {
        try shared.withLock { shared in
            if let server = shared[program] { return server }
            let server = try S3Server(program)
            // A static property is never destroyed, and the program would stay.
            if shared.isEmpty { atexit { S3Server.shared.withLock { $0 = [:] } } }
            shared[program] = server
            return server
        }
    }
}

extension S3Server.Program: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rclone: "rclone serve s3"
        case .rcloneWithKeys: "rclone serve s3 --auth-key"
        case .moto: "moto_server"
        }
    }
}

/// A server did not start, or refused what a test needs.
package struct ServerNotReady: Error, CustomStringConvertible {
    package let program: S3Server.Program
    package let said: String

    package init(program: S3Server.Program, said: String) {
        self.program = program
        self.said = said
    }

    package var description: String { "\(program) is not ready: \(said)" }
}
