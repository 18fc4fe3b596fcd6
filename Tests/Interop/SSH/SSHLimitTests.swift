import Basics
import Digests
import SSHBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What a server limits: sessions, sizes, numbers of files, and what its shell may say.
@Suite struct SSHLimitTests: StoreFixture {
    let scratch: ScratchDirectory
    private static let program = "/usr/lib/openssh/sftp-server"

    init() throws { scratch = try ScratchDirectory(inMemory: true) }

    private var root: FilePath { scratch.path.appending("remote") }

    /// A store at the end of a program.
    private func store(
        _ program: String, _ arguments: [String], root: FilePath? = nil,
        _ change: (inout SSHConfiguration) -> Void = { _ in }
    ) -> RetryingStore {
        var configuration = SSHConfiguration(name: "storage", root: root ?? self.root)
        change(&configuration)
        let command = Command(
            FilePath(program), arguments,
            environment: Environment(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]))
        return RetryingStore(
            SSHStore(configuration) { _ in SFTPTransport(command) }, policy: .withoutPauses)
    }

    // MARK: Quotas

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a quota of files that is used up is called full, and what was there stays`()
        async throws
    {
        try createDirectories(root)
        // The mount is seen by the server alone, so there is one session.
        let line =
            "mount -t tmpfs -o nr_inodes=12 tmpfs '\(root)' && exec \(Self.program)"
        let store = store("/usr/bin/unshare", ["-m", "sh", "-c", line]) { $0.sessions = 1 }
        var stored: [ObjectKey] = []
        var failure: StoreError?
        for seed in 1...20 where failure == nil {
            let (path, key) = try source(size: 200, seed: UInt64(seed))
            do {
                _ = try await store.put(fileAt: path, as: key)
                stored.append(key)
            } catch let error as StoreError {
                failure = error
                #expect(try await store.size(of: key) == nil)
            }
        }
        #expect(!stored.isEmpty)
        #expect(failure?.summary.contains("no space left on the server") == true, "\(stored)")
        #expect(failure?.affectsWholeStore == true)
        for key in stored { #expect(try await store.contents(of: key, limit: 200).count == 200) }
    }

    /// OpenSSH's server, behind something that gives its writes another end: there is no file system with
    /// quotas here.
    private static let quota = """
        import struct, subprocess, sys, threading
        server = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        writes = set()
        words = sys.argv[3].encode()
        end = struct.pack(">II", int(sys.argv[2]), len(words)) + words + bytes(4)
        def packets(stream):
            while head := stream.read(4):
                yield stream.read(struct.unpack(">I", head)[0])
        def send(stream, packet):
            stream.write(struct.pack(">I", len(packet)) + packet)
            stream.flush()
        def requests():
            for packet in packets(sys.stdin.buffer):
                if packet[0] == 6: writes.add(packet[1:5])
                send(server.stdin, packet)
            server.stdin.close()
        threading.Thread(target=requests, daemon=True).start()
        for packet in packets(server.stdout):
            send(sys.stdout.buffer, packet[:5] + end if packet[1:5] in writes else packet)
        """

    @Test(
        arguments: [
            (14, "no space", "no space left on the server (no space): "),
            (15, "Quota", "the quota on the server is used up (Quota): "),
            // What OpenSSH makes of it, while the disk itself has room.
            (4, "Failure", "the server failed to do it: "),
            (4, "disk quota exceeded", "the server failed to do it (disk quota exceeded): "),
        ])
    func `a quota of bytes that is used up is told as the server tells it, and leaves nothing`(
        code: Int, said: String, words: String
    ) async throws {
        let store = store(
            "/usr/bin/env", ["python3", "-c", Self.quota, Self.program, "\(code)", said])
        for size in [200, 100_000, 400_000] {
            let (path, key) = try source(size: size)
            let error = try await failure { _ = try await store.put(fileAt: path, as: key) }
            #expect(error.summary.contains(words), "\(error.summary)")
            #expect(error.affectsWholeStore == (code != 4))
            #expect(!error.isTransient && error.key == key)
            #expect((error.advice?.contains("free some space") ?? false) == (code != 4))
            #expect(try await store.size(of: key) == nil)
        }
        #expect(try FileTree(root).files.isEmpty)
    }

    @Test func `a limit on the size of files refuses those that are larger, and no others`()
        async throws
    {
        // The server is told so by its system, as by a quota that has no name in the protocol.
        let line = "trap '' XFSZ; ulimit -f 1024; exec \(Self.program)"
        let store = store("/bin/bash", ["-c", line])
        let (large, largeKey) = try source(size: 3_000_000)
        let error = try await failure { _ = try await store.put(fileAt: large, as: largeKey) }
        #expect(!error.isTransient && !error.affectsWholeStore, "\(error.reason)")
        #expect(error.key == largeKey && error.operation == .upload)
        let (small, smallKey) = try source(size: 100_000)
        #expect(try await store.put(fileAt: small, as: smallKey) == 100_000)
        #expect(try await store.size(of: largeKey) == nil)
        // Nothing is left of the other, not even under a temporary name.
        #expect(try FileTree(root).files == [smallKey.path])
    }

    // MARK: Sessions

    @Test func `MaxSessions 1 on a shared connection is enough`() async throws {
        let server = try SSHServer("MaxSessions 1")
        let socket = scratch.path.appending("master")
        // Every session but the first is refused on the connection that all share.
        let options = [
            "-o", "ControlMaster=auto", "-o", "ControlPath=\(socket)", "-o", "ControlPersist=no",
        ]
        let store = store(
            "/usr/bin/ssh",
            options + server.options + ["-p", "\(server.port)", "-s", "--", "127.0.0.1", "sftp"],
            root: server.root
        ) { $0.patience = .zero }
        let sources = try (0..<80).map { try source(size: 3000, seed: UInt64($0 + 1)) }
        try await forEachIndexConcurrently(80, limit: 20) { index in
            _ = try await store.put(fileAt: sources[index].path, as: sources[index].key)
        }
        for source in sources {
            #expect(try readFile(source.key.path(below: server.root)).count == 3000)
        }
    }

    // MARK: With the built programs

    /// `settings`: lines of sshd_config(5).
    private func push(_ settings: String) throws -> (ProcessResult, SSHWorld) {
        let world = try SSHWorld(try SSHServer(settings))
        return (try world.repository.gitPush("origin", "main"), world)
    }

    @Test func `a banner before the login does no harm`() throws {
        let banner = scratch.path.appending("banner")
        try writeFile(banner, Array("Authorised users only!\n\u{1b}[31m\n".utf8))
        let (push, world) = try push("Banner \(banner)")
        #expect(push.succeeded, "\(push)")
        #expect(!push.errorOutput.contains("\u{1b}[31m"), "\(push)")
        try world.sandbox.dvc("status", "--cloud", in: world.path)
    }

    @Test func `a shell that prints a banner refuses the push in one line, and the refs stay`()
        throws
    {
        let (push, world) = try push(
            "ForceCommand sh -c 'echo Welcome to the machine; exec \(Self.program)'")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("something else before the protocol"), "\(push)")
        #expect(push.errorOutput.contains("hint: a file that the shell reads"), "\(push)")
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a full disk of the server refuses the push in one line, and the refs stay`() throws {
        let script = scratch.path.appending("server.sh")
        // Only the server sees what is mounted.
        let line =
            "mkdir -p \(root) && mount -t tmpfs -o size=64k tmpfs \(root) && exec \(Self.program)"
        try writeFile(script, Array("#!/bin/sh\nexec unshare -m sh -c '\(line)'\n".utf8))
        try SSHServer.run("chmod", ["755", script.string], scratch.path)
        let server = try SSHServer("Subsystem sftp \(script)")
        let world = try SSHWorld(server)
        try world.configure(
            url: "ssh://127.0.0.1:\(server.port)\(root)", "    max_sessions = 3")
        try world.sandbox.commitAll("elsewhere", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("no space left on the server"), "\(push)")
        #expect(push.errorOutput.contains("hint: free some space"), "\(push)")
    }
}
