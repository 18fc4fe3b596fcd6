import Basics
import TestSupport
import Testing

/// What a data remote of a test's is, where the same is asked of every kind.
enum RemoteKind: String, CaseIterable, CustomTestStringConvertible {
    case http, webdav, gs, azure, webhdfs, ssh, rclone

    var testDescription: String { rawValue }

    /// Whether our own requests go there, so that a proxy can count them.
    var speaksHTTP: Bool { self != .ssh && self != .rclone }

    /// Whether real DVC can reach it here: it has no `rclone://`, and its WebHDFS wants a real host.
    var isKnownToDVC: Bool { self != .webhdfs && self != .rclone }
}

/// A repository that real DVC made, whose data remote is of some kind.
final class RemoteWorld: Sendable {
    let repository: InteropRepository
    let kind: RemoteKind
    /// Stands before the server; for WebHDFS it is the name node; without use for `ssh` and `rclone`.
    let proxy: FaultProxy
    /// Of the remote `storage`, without a slash at its end.
    let url: String
    /// The options with which `storage` works, for the tracked configuration.
    private let options: String
    /// Those with secrets, which are in `config.local` in every case.
    private let secrets: String
    /// Puts bytes at a path below the remote.
    private let plant: @Sendable ([UInt8], String) throws -> Void
    /// Every path on the server.
    private let list: @Sendable () throws -> [String]

    var sandbox: Sandbox { repository.sandbox }
    var path: FilePath { repository.path }

    init(_ kind: RemoteKind) throws {
        self.kind = kind
        let repository = try InteropRepository()
        self.repository = repository
        let server: RemoteServer
        switch kind {
        case .http: server = try .web(.nginx)
        case .webdav: server = try .web(.rclone)
        case .gs: server = try .google()
        case .azure: server = try .azure()
        case .webhdfs: server = try .hdfs()
        case .ssh:
            let sshd = try SSHServer.shared()
            let words = sshd.options.map { "'\($0)'" }.joined(separator: " ")
            try repository.sandbox.git(
                "config", "--global", "core.sshCommand", "ssh \(words)", in: repository.path)
            server = try .ssh(sshd)
        case .rclone:
            server = try .rclone(repository.sandbox.path("far"))
            let program = try S3Server.program("rclone")
            try repository.sandbox.write(
                "#!/bin/sh\nexec '\(program)' \"$@\"\n", to: "bin/rclone", mode: 0o755)
        }
        (proxy, url, options, secrets) = (server.proxy, server.url, server.options, server.secrets)
        (plant, list) = (server.plant, server.list)
        try configure()
    }

    /// Makes `storage` the default remote; `lines` are more of its options.
    func configure(_ lines: String = "") throws {
        try configure(sections: "", default: "storage", lines)
    }

    /// The same with another default remote, of which `sections` tells.
    func configure(sections: String, default name: String, _ lines: String = "") throws {
        try repository.setConfig(
            """
            [core]
                remote = \(name)
            ['remote "storage"']
                url = "\(url)"
            \(options)
            \(lines)
            \(sections)

            """)
        try repository.setConfig("['remote \"storage\"']\n\(secrets)\n", local: true)
    }

    func ours(_ arguments: String..., environment: [String: String?] = [:]) throws -> ProcessResult
    {
        let outer = sandbox.environment["PATH"] ?? ""
        return try sandbox.start(
            "git-dvc", arguments, in: path,
            environment: environment.merging(["PATH": "\(sandbox.path("bin")):\(outer)"]) { $1 }
        ).wait()
    }

    /// Puts bytes there as damage does; `path`: below the remote's URL.
    func put(_ bytes: [UInt8], at path: FilePath) throws { try plant(bytes, path.string) }

    /// The paths of everything that is stored, from the top of the server.
    func files() throws -> [String] { try list() }
}

/// One server of a ``RemoteKind``: what differs between them.
private struct RemoteServer {
    var proxy: FaultProxy
    var url: String
    var options = ""
    var secrets = ""
    var plant: @Sendable ([UInt8], String) throws -> Void
    var list: @Sendable () throws -> [String]

    static func web(_ program: WebServer.Program) throws -> RemoteServer {
        let server = try WebServer(program)
        let proxy = try FaultProxy(to: server.port)
        let isPlain = program == .nginx
        return RemoteServer(
            proxy: proxy,
            url: "\(isPlain ? "http" : "webdav")://127.0.0.1:\(proxy.port)/da ta",
            options: isPlain ? "    method = PUT" : "",
            plant: { try server.put($0, at: FilePath("da ta/\($1)")) },
            list: { try server.files() })
    }

    static func google() throws -> RemoteServer {
        let server = try GCSServer.forAll()
        let proxy = try FaultProxy(to: server.port)
        let bucket = try server.makeBucket()
        return RemoteServer(
            proxy: proxy, url: "gs://\(bucket)/da ta",
            options: "    endpointurl = \(proxy.url)\n    allow_anonymous_login = true",
            plant: { try server.put($0, as: "da ta/\($1)", in: bucket) },
            list: { try server.objects(in: bucket).keys.sorted() })
    }

    static func azure() throws -> RemoteServer {
        let stub = try AzureStub()
        let proxy = try FaultProxy(to: stub.port)
        return RemoteServer(
            proxy: proxy, url: "azure://\(AzureStub.container)/da ta",
            secrets: "    connection_string = \"\(AzureStub.connectionString(proxy.url))\"",
            plant: { _ = stub.insert($0, as: "da ta/\($1)") },
            list: { stub.blobs.keys.sorted() })
    }

    static func hdfs() throws -> RemoteServer {
        let server = try HDFSServer()
        server.start()
        return RemoteServer(
            proxy: server.nameNode, url: "webhdfs://127.0.0.1:\(server.port)/da ta",
            plant: { server.put($0, at: "/da ta/\($1)") },
            list: { server.content.keys.sorted() })
    }

    static func ssh(_ server: SSHServer) throws -> RemoteServer {
        let folder = server.newFolder()
        return RemoteServer(
            proxy: try FaultProxy(), url: "ssh://127.0.0.1:\(server.port)\(folder)",
            options: "    user = root", secrets: "    keyfile = \(server.userKey)",
            plant: { try overwrite(folder.appending($1), $0) },
            list: { try files(in: folder) })
    }

    static func rclone(_ folder: FilePath) throws -> RemoteServer {
        RemoteServer(
            proxy: try FaultProxy(), url: "rclone://:local:\(folder)",
            plant: { try overwrite(folder.appending($1), $0) },
            list: { try files(in: folder) })
    }

    private static func files(in folder: FilePath) throws -> [String] {
        try FileTree(folder).entries.filter { $0.value.content != nil }.map {
            folder.appending($0.key).string
        }
    }

    private static func overwrite(_ path: FilePath, _ bytes: [UInt8]) throws {
        try createDirectories(path.parent)
        try removeFile(path)
        try writeFile(path, bytes)
    }
}
