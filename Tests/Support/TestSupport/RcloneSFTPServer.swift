package import Basics

/// `rclone serve sftp` on a free port of this machine; it ends with this object.
package final class RcloneSFTPServer: Sendable {
    package let port: UInt16
    package let knownHosts: FilePath
    private let directory: TemporaryDirectory
    private let process: RunningProcess

    /// Lets in `user` with this password.
    package convenience init(user: String, password: String) throws {
        try self.init(nil) { _ in ["--user", user, "--pass", password] }
    }

    /// Lets in whoever has ``userKey``; `place`: what it serves, by default a folder of its own.
    package convenience init(serving place: String? = nil) throws {
        try self.init(place) { path in
            try SSHServer.run(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(path)/user_key"], path)
            return ["--authorized-keys", "\(path)/user_key.pub"]
        }
    }

    /// The folder that it serves unless it was given something else.
    package var folder: FilePath { directory.path.appending("remote") }
    package var userKey: FilePath { directory.path.appending("user_key") }

    /// What ssh and sftp need to log in; they read no file of the user's.
    package var options: [String] {
        [
            "-F", "none", "-i", userKey.string, "-o", "UserKnownHostsFile=\(knownHosts)", "-o",
            "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o",
            "IdentitiesOnly=yes",
        ]
    }

    /// Puts bytes there behind everybody's back but the server's, which alone sees its memory.
    package func put(_ bytes: [UInt8], at path: FilePath) throws {
        let source = directory.path.appending("sent")
        try writeFile(source, bytes)
        defer { try? removeFile(source) }  // the next one replaces it
        var lines = ""
        var folder = FilePath("/")
        for name in path.parent.components {
            folder = folder.appending(FilePath(unchecked: Array(name)))
            lines += "-mkdir \"\(folder)\"\n"  // it may be there
        }
        lines += "put \"\(source)\" \"/\(path)\"\n"
        let batch = directory.path.appending("batch")
        try writeFile(batch, Array(lines.utf8))
        try SSHServer.run(
            "sftp", ["-q", "-b", batch.string, "-P", "\(port)"] + options + ["me@127.0.0.1"],
            directory.path)
        try removeFile(batch)
    }

    private init(_ place: String?, access: (FilePath) throws -> [String]) throws {
        directory = try TemporaryDirectory(inMemory: true)
        let path = directory.path
        port = try LoopbackSocket.freePort()
        knownHosts = path.appending("known_hosts")
        try createDirectories(path.appending("remote"))
        try SSHServer.run(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(path)/host_key"], path)
        let key = try readFile(path.appending("host_key.pub"))
        try writeFile(knownHosts, Array("[127.0.0.1]:\(port) ".utf8) + key)
        process = try RunningProcess(
            try S3Server.program("rclone"),
            [
                "serve", "sftp", "--config", "", "--addr", "127.0.0.1:\(port)", "--key",
                "\(path)/host_key", place ?? "\(path)/remote",
            ] + access(path), in: path,
            environment: ["PATH": "/usr/bin:/bin", "HOME": path.string], input: [],
            scratch: path)
        try awaitServer(on: port) { process.errorOutputSoFar }
    }
}
