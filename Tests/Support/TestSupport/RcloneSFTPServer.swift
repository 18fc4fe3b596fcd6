package import Basics

/// `rclone serve sftp` with a password, on a free port of this machine; it ends with this object.
package final class RcloneSFTPServer: Sendable {
    package let port: UInt16
    package let knownHosts: FilePath
    private let directory: TemporaryDirectory
    private let process: RunningProcess

    package init(user: String, password: String) throws {
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
            S3Server.program("rclone"),
            [
                "serve", "sftp", "--config", "", "--addr", "127.0.0.1:\(port)", "--user", user,
                "--pass", password, "--key", "\(path)/host_key", "\(path)/remote",
            ], in: path, environment: ["PATH": "/usr/bin:/bin", "HOME": path.string], input: [],
            scratch: path)
        try awaitServer(on: port) { process.errorOutputSoFar }
    }
}
