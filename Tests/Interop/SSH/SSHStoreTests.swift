import Basics
import Digests
import SSHBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What answers at the other end of a session.
enum SFTPServerKind: CaseIterable, CustomTestStringConvertible {
    /// OpenSSH's server, through ssh and sshd.
    case openSSH
    /// The same, as servers are that rename only to what is not there, and offer nothing more.
    case plainOpenSSH
    case rclone
    /// `rclone serve sftp`, through ssh.
    case rcloneOverSSH
    /// The same with what only it can see, its own memory.
    case rcloneMemory

    var testDescription: String {
        switch self {
        case .openSSH: "sshd"
        case .plainOpenSSH: "sftp-server without extensions"
        case .rclone: "rclone serve sftp --stdio"
        case .rcloneOverSSH: "ssh to rclone serve sftp"
        case .rcloneMemory: "ssh to rclone serve sftp :memory:"
        }
    }
}

/// A store on a server, and the folder where that server keeps it.
struct SSHFixture {
    let store: SSHStore
    let folder: FilePath
    /// Keeps the folder while the store is used.
    private let keeper: TemporaryDirectory?
    private let server: RcloneSFTPServer?

    init(_ kind: SFTPServerKind, _ change: (inout SSHConfiguration) -> Void = { _ in }) throws {
        let environment = Environment([
            "PATH": "/usr/sbin:/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
        ])
        let command: Command
        let keeper: TemporaryDirectory?
        var root: FilePath
        var rclone: RcloneSFTPServer?
        switch kind {
        case .rcloneOverSSH, .rcloneMemory:
            let server = try RcloneSFTPServer(
                serving: kind == .rcloneMemory ? ":memory:bucket" : nil)
            rclone = server
            keeper = nil
            root = "/da ta"
            folder = server.folder.appending("da ta")
            command = Command(
                "/usr/bin/ssh",
                server.options + ["-p", "\(server.port)", "-s", "--", "me@127.0.0.1", "sftp"],
                environment: environment)
        case .openSSH:
            let server = try SSHServer.shared()
            keeper = nil
            root = server.newFolder()
            folder = root
            command = Command(
                "/usr/bin/ssh",
                server.options + ["-p", "\(server.port)", "-s", "--", "127.0.0.1", "sftp"],
                environment: environment)
        case .plainOpenSSH:
            let directory = try TemporaryDirectory(inMemory: true)
            keeper = directory
            root = directory.path.appending("remote")
            folder = root
            command = Command(
                "/usr/lib/openssh/sftp-server", ["-e", "-P", "posix-rename,fsync,limits,statvfs"],
                environment: environment)
        case .rclone:
            let directory = try TemporaryDirectory(inMemory: true)
            keeper = directory
            root = "/"
            folder = directory.path.appending("remote")
            let connection = try RcloneConnection(url: "rclone://:local:\(folder)")
            var withRclone = environment
            withRclone["PATH"] = FilePath(try S3Server.program("rclone")).parent.string
            withRclone["RCLONE_CONFIG"] = "/dev/null"
            let connector = try RcloneConnector(
                connection, withRclone, remote: "storage", scheme: "rclone")
            command = connector.transport().command
        }
        self.keeper = keeper
        server = rclone
        var configuration = SSHConfiguration(name: "storage", root: root)
        change(&configuration)
        store = SSHStore(configuration) { _ in SFTPTransport(command) }
    }

    /// As `git dvc` uses it, but that it does not wait between its tries.
    var patientStore: RetryingStore {
        RetryingStore(store, policy: .withoutPauses)
    }

    /// Puts bytes at a path below the remote, as damage does.
    func put(_ bytes: [UInt8], at path: FilePath) throws {
        // What is put past rclone it does not see for minutes.
        if let server { return try server.put(bytes, at: FilePath("da ta/\(path)")) }
        let place = folder.appending(path)
        try createDirectories(place.parent)
        try removeFile(place)
        try writeFile(place, bytes)
    }

    /// Everything that lies in the folder, by path.
    func listing() throws -> FileTree { try FileTree(folder) }
}

/// The store against real servers: the contract.
@Suite struct SSHStoreTests {
    @Test(arguments: [SFTPServerKind.openSSH, .plainOpenSSH], StoreCheck.all)
    func `OpenSSH's server keeps the contract`(
        kind: SFTPServerKind, check: StoreCheck
    ) async throws { try await run(check, kind) }

    @Test(
        arguments: [SFTPServerKind.rclone, .rcloneOverSSH, .rcloneMemory], StoreCheck.all)
    func `rclone's server keeps the contract`(
        kind: SFTPServerKind, check: StoreCheck
    ) async throws { try await run(check, kind) }

    @Test(arguments: SFTPServerKind.allCases)
    func `entries of the run-cache come back, and nothing else does`(
        kind: SFTPServerKind
    ) async throws {
        let fixture = try SSHFixture(kind)
        let runCache = try #require(fixture.store.runCache)
        #expect(try await runCache.runs().isEmpty)
        let names = try (0..<5).map { number in
            try #require(
                RunCacheName(
                    key: String(repeating: "\(number % 3)", count: 64),
                    value: String(repeating: "\(number)", count: 64)))
        }
        for name in names { try await runCache.put(Array("cmd: x".utf8), as: name) }
        // Replaced, and something that is no entry beside it.
        try await runCache.put(Array("cmd: y".utf8), as: names[0])
        try fixture.put([1], at: names[0].path.parent.appending("other"))
        #expect(try await runCache.runs() == Set(names))
        #expect(try await runCache.contents(of: names[0], limit: 100) == Array("cmd: y".utf8))
        await #expect(throws: (any Error).self) {
            try await runCache.contents(of: names[0], limit: 3)
        }
    }

    private func run(_ check: StoreCheck, _ kind: SFTPServerKind) async throws {
        try await check.run { _ in
            let fixture = try SSHFixture(kind)
            return StoreUnderTest(fixture.patientStore) { key, bytes in
                try fixture.put(bytes, at: key.path)
            }
        }
    }
}
