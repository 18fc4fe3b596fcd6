package import Basics
internal import Foundation

/// A real web server on a free port of this machine, with a folder of its own; it ends with this object.
package final class WebServer: Sendable {
    package enum Program: CaseIterable, Sendable {
        /// nginx, which takes `PUT` and makes folders.
        case nginx
        /// `rclone serve webdav`.
        case rclone
        /// `wsgidav`, a server in Python.
        case wsgidav
    }

    /// How a server asks who is there.
    package enum Login: Sendable {
        case basic
        case digest
    }

    package static let user = "somebody"
    package static let password = "pass word"

    package let program: Program
    package let port: UInt16
    /// What the server shows, below `/`.
    package let root: FilePath
    private let directory: TemporaryDirectory
    private let process: RunningProcess

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Starts the program and returns once it accepts connections.
    ///
    /// `asks`: how it lets in only ``user`` with the ``password``, or `nil` for anybody; a digest
    /// is for wsgidav alone. `mounting`: options of a file system in memory for its folder, such as `size=1m`,
    /// which only the server sees.
    package init(_ program: Program, asks: Login? = nil, mounting: String? = nil) throws {
        self.program = program
        directory = try TemporaryDirectory(inMemory: true)
        root = directory.path.appending("root")
        try createDirectories(root)
        port = try LoopbackSocket.freePort()
        var (path, arguments) = try Self.command(
            program, port, root, in: directory.path, asks: asks)
        if let mounting {
            let line = "mount -t tmpfs -o \(mounting) tmpfs '\(root)' && exec \"$@\""
            arguments = ["-m", "sh", "-c", line, "sh", path] + arguments
            path = "unshare"
        }
        process = try RunningProcess(
            path, arguments, in: directory.path,
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": directory.path.string,
                "TMPDIR": directory.path.string,
            ], input: [], scratch: directory.path)
        try waitUntilReady()
    }

    private static func command(
        _ program: Program, _ port: UInt16, _ root: FilePath, in folder: FilePath, asks: Login?
    ) throws -> (path: String, arguments: [String]) {
        switch program {
        case .nginx:
            let file = folder.appending("nginx.conf")
            let doesAsk = asks != nil
            let text = nginxConfiguration(port, root, in: folder, asks: doesAsk)
            try writeFile(file, Array(text.utf8))
            if doesAsk {
                let line = "\(user):{PLAIN}\(password)\n"
                try writeFile(folder.appending("passwords"), Array(line.utf8))
            }
            let log = folder.appending("error.log").string
            return ("/usr/sbin/nginx", ["-p", folder.string, "-c", file.string, "-e", log])
        case .rclone:
            let access = asks != nil ? ["--user", user, "--pass", password] : []
            return (
                try S3Server.program("rclone"),
                ["serve", "webdav", root.string, "--addr", "127.0.0.1:\(port)", "--config", ""]
                    + access
            )
        case .wsgidav:
            var access = ["--auth=anonymous", "--no-config"]
            if let asks {
                let file = folder.appending("wsgidav.json")
                try writeFile(file, Array(wsgidavConfiguration(asks).utf8))
                access = ["--config=\(file)"]
            }
            return (
                try S3Server.program("wsgidav"),
                ["--host=127.0.0.1", "--port=\(port)", "--root=\(root)", "--server=cheroot"]
                    + access
            )
        }
    }

    private static func wsgidavConfiguration(_ login: Login) -> String {
        let isBasic = login == .basic
        return """
            {
                "http_authenticator": {
                    "accept_basic": \(isBasic), "accept_digest": \(!isBasic),
                    "default_to_digest": \(!isBasic)
                },
                "simple_dc": {"user_mapping": {"*": {"\(user)": {"password": "\(password)"}}}}
            }

            """
    }

    private static func nginxConfiguration(
        _ port: UInt16, _ root: FilePath, in folder: FilePath, asks: Bool
    ) -> String {
        let access = asks ? "auth_basic data; auth_basic_user_file \(folder)/passwords;" : ""
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder)/\($0);"
        }.joined(separator: " ")
        return """
            daemon off; master_process off; worker_processes 1; user root;
            pid \(folder)/pid; error_log \(folder)/error.log;
            events { worker_connections 512; }
            http {
                access_log off; \(places)
                server {
                    listen 127.0.0.1:\(port); root \(root); client_max_body_size 0;
                    location / {
                        dav_methods PUT DELETE; create_full_put_path on; \(access)
                    }
                }
            }

            """
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if (try? LoopbackSocket.connected(to: port)) != nil { return }
            usleep(20_000)  // between two tries to connect, which is what is waited for
        }
        throw WebServerNotReady(program: program, said: process.errorOutputSoFar)
    }

    /// Puts a file there through the server: rclone does not see for minutes what others do.
    package func put(_ bytes: [UInt8], at path: FilePath) throws {
        var folder = FilePath("")
        for name in path.parent.components {
            folder = folder.appending(FilePath(unchecked: Array(name)))
            // It may be there, and nginx makes folders by itself.
            _ = try answer(to: "MKCOL", folder, [])
        }
        let answer = try answer(to: "PUT", path, bytes)
        guard answer.contains(" 201 ") || answer.contains(" 204 ") else {
            throw WebServerNotReady(program: program, said: answer)
        }
    }

    private func answer(to method: String, _ path: FilePath, _ body: [UInt8]) throws -> String {
        let socket = try LoopbackSocket.connected(to: port)
        let target = percentEncoded(path.bytes, keepingSlashes: true)
        let head =
            "\(method) /\(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        socket.send(head.utf8 + body)
        return String(decoding: socket.receive(), as: UTF8.self)
    }

    /// All files below the root, relative, sorted.
    package func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.string).filter {
            !directoryExists(root.appending(FilePath($0)))
        }.sorted()
    }
}

extension WebServer.Program: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nginx: "nginx"
        case .rclone: "rclone serve webdav"
        case .wsgidav: "wsgidav"
        }
    }
}

/// A server did not start.
package struct WebServerNotReady: Error, CustomStringConvertible {
    package let program: WebServer.Program
    package let said: String

    package var description: String { "\(program) is not ready: \(said)" }
}
