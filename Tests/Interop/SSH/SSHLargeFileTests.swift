import Basics
import Digests
import SSHBackend
import Storage
import StoreConformance
import Synchronization
import TestSupport
import Testing

/// Files that are worth a session of their own, and how what is sent is encrypted.
@Suite struct SSHLargeFileTests: StoreFixture {
    let scratch: ScratchDirectory
    private let server = "/usr/lib/openssh/sftp-server"

    init() throws { scratch = try ScratchDirectory(inMemory: true) }

    private var root: FilePath { scratch.path.appending("remote") }
    private var log: FilePath { scratch.path.appending("log") }

    /// A store to which a mebibyte is large, whose sessions are those of a shell's line.
    private func store(_ line: @escaping @Sendable (_ session: Int) -> String) -> SSHStore {
        var configuration = SSHConfiguration(name: "storage", root: root)
        configuration.largeSize = 1 << 20
        // Never: none is opened because others are busy.
        configuration.patience = .seconds(3600)
        let count = SharedCounter()
        let log = log
        return SSHStore(configuration) { need in
            let number = count.value.wrappingAdd(1, ordering: .relaxed).newValue
            let said = "echo '\(need.isFirst ? "first" : "further")' >>'\(log)'; "
            return SFTPTransport(
                Command(
                    "/bin/sh", ["-c", said + line(number)],
                    environment: Environment(["PATH": "/usr/bin:/bin"])))
        }
    }

    private func put(_ count: Int, _ size: Int, in store: SSHStore) async throws -> [ObjectKey] {
        let sources = try (1...count).map { try source(size: size, seed: UInt64($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (path, key) in sources {
                group.addTask { _ = try await store.put(fileAt: path, as: key) }
            }
            try await group.waitForAll()
        }
        return sources.map(\.key)
    }

    private func check(_ keys: [ObjectKey], in store: SSHStore) async throws {
        for key in keys { _ = try await store.contents(of: key, limit: 8 << 20) }
    }

    private var opened: [String] {
        get throws {
            String(decoding: try readFile(log), as: UTF8.self).split(separator: "\n").map(
                String.init)
        }
    }

    /// Takes less than a mebibyte of what is sent and only goes on once this file is there.
    private func held(until gate: FilePath) -> String {
        "exec 3<&0; (dd bs=64k count=12; "
            + "while [ ! -e '\(gate)' ]; do sleep 0.02; done; cat) <&3 2>/dev/null | \(server)"
    }

    @Test func `a large file has a session of its own while another is sent`() async throws {
        let gate = scratch.path.appending("go")
        let store = store { [server, held = held(until: gate)] session in
            // The first file is not sent to its end before the second has its session.
            session == 1 ? held : "touch '\(gate)'; exec \(server)"
        }
        try await check(put(2, 2 << 20, in: store), in: store)
        #expect(try opened == ["first", "further"])
    }

    @Test func `files that are not large share one session`() async throws {
        let store = store { [server] _ in "exec \(server)" }
        try await check(put(20, 500_000, in: store), in: store)
        #expect(try opened == ["first"])
    }

    /// Returns once a second session was begun with, and says what each was.
    private func bothOpened() async throws -> [String] {
        while try opened.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        return try opened
    }

    @Test(.timeLimit(.minutes(5)))
    func `where no further session is given large files share the first`() async throws {
        let store = store { [server] session in
            session == 1 ? "exec \(server)" : "echo 'Session open refused by peer' >&2; exit 255"
        }
        try await check(put(4, 2 << 20, in: store), in: store)
        #expect(try await bothOpened() == ["first", "further"])
    }

    @Test(.timeLimit(.minutes(5)))
    func `nobody waits for a further session longer than another is busy`() async throws {
        let store = store { [server] session in
            session == 1 ? "exec \(server)" : "exec sleep 600"
        }
        try await check(put(4, 2 << 20, in: store), in: store)
        #expect(try await bothOpened() == ["first", "further"])
    }

    // MARK: Ciphers

    /// How ssh was started when `git dvc push` and `git dvc fetch` moved 64 MiB, a line for each time.
    ///
    /// `before`: what the user's own program does with its arguments before it becomes ssh.
    private func starts(
        of world: SSHWorld, _ options: [String], before: String = ""
    ) throws -> [Substring] {
        let quoted = options.map { "'\($0)'" }.joined(separator: " ")
        try world.sandbox.write(
            "#!/bin/sh\n\(before)\necho \"$*\" >>'\(world.log)'\n"
                + "exec /usr/bin/ssh \(quoted) \"$@\"\n",
            to: "bin/counting-ssh", mode: 0o755)
        try world.sandbox.run("truncate", "-s", "64M", "\(world.path)/large.bin").checked()
        try world.repository.tryOurs("add", "large.bin").checked()
        try world.repository.tryOurs("push").checked()
        try world.sandbox.run("rm", "-rf", "\(world.path)/.dvc/cache/files").checked()
        try world.repository.tryOurs("fetch").checked()
        try world.sandbox.dvc("status", "--quiet", in: world.path)
        return String(decoding: try readFile(world.log), as: UTF8.self).split(separator: "\n")
    }

    @Test func `much is sent and fetched with the cipher that processors are made for`() throws {
        let world = try SSHWorld()
        let starts = try starts(of: world, world.server.options)
        let quick = starts.filter { $0.contains("-o Ciphers=aes128-gcm@openssh.com,") }
        let questions = starts.filter { $0.hasPrefix("-G ") }
        #expect(quick.count == (hasQuickAES() ? 2 : 0), "\(starts)")
        #expect(questions.count == (hasQuickAES() ? 2 : 0), "\(starts)")
        #expect(starts.count == (hasQuickAES() ? 4 : 2), "\(starts)")
    }

    @Test func `whoever has chosen ciphers is obeyed`() throws {
        let world = try SSHWorld()
        let chosen = ["-o", "Ciphers=aes256-ctr,aes128-gcm@openssh.com"]
        let starts = try starts(of: world, world.server.options + chosen)
        #expect(!starts.contains { $0.contains("Ciphers=") }, "\(starts)")
    }

    @Test func `a program that knows no questions about itself is used as it is`() throws {
        let world = try SSHWorld()
        let starts = try starts(
            of: world, world.server.options,
            before: "[ \"$1\" != -G ] || { echo 'unknown option' >&2; exit 1; }")
        #expect(starts.count == 2)
        #expect(!starts.contains { $0.contains("Ciphers=") }, "\(starts)")
    }
}
