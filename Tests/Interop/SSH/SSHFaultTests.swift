import Basics
import Digests
import SSHBackend
import Storage
import StoreConformance
import Synchronization
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What can go wrong between the store and a server, with OpenSSH's own server at the other end.
@Suite struct SSHFaultTests: StoreFixture {
    let scratch: ScratchDirectory
    private let server = "/usr/lib/openssh/sftp-server"

    init() throws { scratch = try ScratchDirectory(inMemory: true) }

    private var root: FilePath { scratch.path.appending("remote") }

    /// A store whose sessions are those of a shell's line, which is given its number.
    private func store(
        patience: Duration = .seconds(1), password: String? = nil,
        _ line: @escaping @Sendable (_ session: Int) -> String
    ) -> RetryingStore {
        var configuration = SSHConfiguration(name: "storage", root: root)
        configuration.patience = patience
        if var login = (try? SSHAddress(url: "ssh://there:2022/remote")).map(SSHLogin.init) {
            login.password = password
            configuration.peer = .server(login)
        }
        let count = SharedCounter()
        let environment = Environment(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
        let store = SSHStore(configuration) { _ in
            let number = count.value.wrappingAdd(1, ordering: .relaxed).newValue
            var transport = SFTPTransport(
                Command("/bin/sh", ["-c", line(number)], environment: environment))
            transport.openTimeout = .seconds(30)
            transport.activityTimeout = .seconds(30)
            return transport
        }
        return RetryingStore(store, policy: .withoutPauses)
    }

    private func expect(
        _ reason: String, _ body: () async throws -> some Sendable
    ) async -> StoreError? {
        do {
            _ = try await body()
            Issue.record("it did not fail")
        } catch let error as StoreError {
            // The name of the case, whatever the words.
            #expect("\(error.reason)".hasPrefix(reason + "("), "\(error.summary)")
            return error
        } catch {
            Issue.record(error)
        }
        return nil
    }

    /// Every file in the store that has an object's name has its content; returns how many.
    private func checkObjects() throws -> Int {
        var count = 0
        for (path, entry) in try FileTree(root).entries where !path.hasSuffix(".tmp") {
            guard let content = entry.content else { continue }
            let digits = path.components.suffix(2).joined()
            #expect(Array(digits) == objectID(of: content).hexDigits, "\(path)")
            count += 1
        }
        return count
    }

    @Test func `a shell that prints something before the protocol is named as the cause`()
        async throws
    {
        let store = store { [server] _ in "echo 'Welcome to the machine'; exec \(server)" }
        let (path, key) = try source(size: 100)
        let error = await expect("unavailable") {
            try await store.put(fileAt: path, as: key)
        }
        #expect(error?.summary.contains("'Welcome to the machine") == true)
        #expect(error?.advice?.contains("~/.bashrc") == true)
    }

    @Test func `a connection that drops is made again, and what was under way is sent again`()
        async throws
    {
        // Each of the first sessions hears so many pieces and then no more.
        let store = store { [server] session in
            session <= 4
                ? "dd bs=4096 count=\(session * 20) 2>/dev/null | \(server)" : "exec \(server)"
        }
        let sources = try (0..<40).map {
            try source(size: $0 % 10 == 0 ? 400_000 : 5000, seed: UInt64($0 + 1))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (path, key) in sources {
                group.addTask { _ = try await store.put(fileAt: path, as: key) }
            }
            try await group.waitForAll()
        }
        #expect(try checkObjects() == 40)
    }

    /// Swallows what is sent, so that the server never hears it, until the connection ends.
    private let silence = "cat >/dev/null"

    @Test func `a server that stops answering does not hold anybody up for ever`() async throws {
        var configuration = SSHConfiguration(name: "storage", root: root)
        configuration.sessions = 1
        let environment = Environment(["PATH": "/usr/bin:/bin"])
        for line in [
            "exec sleep 600",
            "exec 3<&0; (dd bs=4096 count=3 2>/dev/null; \(silence)) <&3 | \(server)",
        ] {
            let store = SSHStore(configuration) { _ in
                var transport = SFTPTransport(
                    Command("/bin/sh", ["-c", line], environment: environment))
                transport.openTimeout = .seconds(2)
                transport.activityTimeout = .seconds(2)
                return transport
            }
            let (path, key) = try source(size: 400_000)
            let isOpen = !line.hasPrefix("exec sleep")
            let error = await expect(isOpen ? "interrupted" : "unavailable") {
                try await store.put(fileAt: path, as: key)
            }
            #expect(error?.reason.words == "no answer for 2 seconds")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `an interrupted upload does not wait for a server that has fallen silent`() async throws {
        // It hears four packets, of which the last one opens the file, and then no more.
        let environment = Environment(["PATH": "/usr/bin:/bin"])
        let line = "exec 3<&0; (dd bs=4096 count=4 2>/dev/null; \(silence)) <&3 | \(server)"
        let store = SSHStore(SSHConfiguration(name: "storage", root: root)) { _ in
            var transport = SFTPTransport(
                Command("/bin/sh", ["-c", line], environment: environment))
            transport.activityTimeout = .seconds(600)
            transport.lastWait = .milliseconds(50)
            return transport
        }
        let (path, key) = try source(size: 3000)
        let folder = key.path(below: root).parent
        try createDirectories(folder)
        let upload = Task { try await store.put(fileAt: path, as: key) }
        while try directoryEntries(folder).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        upload.cancel()
        await #expect(throws: CancellationError.self) { try await upload.value }
        #expect(try checkObjects() == 0)
    }

    @Test func `a session that is refused only means fewer sessions`() async throws {
        let store = store(patience: .zero) { [server] session in
            session == 1 ? "exec \(server)" : "echo 'no more sessions' >&2; exit 255"
        }
        let sources = try (0..<60).map { try source(size: 3000, seed: UInt64($0 + 1)) }
        try await forEachIndexConcurrently(60, limit: 20) { index in
            _ = try await store.put(fileAt: sources[index].path, as: sources[index].key)
        }
        #expect(try checkObjects() == 60)
    }

    @Test func `several sessions share the work`() async throws {
        let log = scratch.path.appending("log")
        let store = store(patience: .zero) { [server] session in
            "echo \(session) >>\(log); exec \(server)"
        }
        let sources = try (0..<300).map { try source(size: 3000, seed: UInt64($0 + 1)) }
        try await forEachIndexConcurrently(300, limit: 40) { index in
            _ = try await store.put(fileAt: sources[index].path, as: sources[index].key)
        }
        #expect(try checkObjects() == 300)
        let sessions = try readFile(log).split(separator: UInt8(ascii: "\n")).count
        #expect((2...4).contains(sessions))
    }

    @Test func `folders that were removed are made again once, however many objects miss them`()
        async throws
    {
        let log = scratch.path.appending("log")
        let store = store { [server] _ in "exec \(server) -e -l INFO 2>>\(log)" }
        let sources = try (0..<60).map { try source(size: 3000, seed: UInt64($0 + 1)) }
        for round in 0..<2 {
            try await forEachIndexConcurrently(60, limit: 30) { index in
                _ = try await store.put(fileAt: sources[index].path, as: sources[index].key)
            }
            #expect(try checkObjects() == 60)
            if round == 0 { try renameFile(root, to: scratch.path.appending("gone")) }
        }
        let lines = try readFile(log).split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        for folder in [root, root.appending("files"), root.appending("files/md5")] {
            #expect(lines.count { $0.contains("mkdir name \"\(folder)\"") } == 2, "\(folder)")
        }
    }

    @Test func `a session that does not know what others made makes it for itself`() async throws {
        let program = try S3Server.program("rclone")
        let log = scratch.path.appending("log")
        // In memory, where no session sees what another made.
        let store = store(patience: .zero) { session in
            "echo \(session) >>\(log); exec \(program) serve sftp --stdio --config '' :memory:bucket"
        }
        let sources = try (0..<600).map { try source(size: 3000, seed: UInt64($0 + 1)) }
        try await forEachIndexConcurrently(600, limit: 40) { index in
            _ = try await store.put(fileAt: sources[index].path, as: sources[index].key)
        }
        #expect(try readFile(log).split(separator: UInt8(ascii: "\n")).count > 1)
    }

    @Test func `ssh that cannot connect says why, and is not started again`() async throws {
        let count = SharedCounter()
        let store = store { _ in
            count.value.wrappingAdd(1, ordering: .relaxed)
            return "echo 'ssh: Could not resolve hostname nowhere' >&2; exit 255"
        }
        let (path, key) = try source(size: 100)
        for _ in 0..<3 {
            let error = await expect("unavailable") {
                try await store.put(fileAt: path, as: key)
            }
            #expect(error?.summary.contains("Could not resolve hostname nowhere") == true)
        }
        #expect(count.value.load(ordering: .relaxed) == 1)
    }

    @Test func `the first request uses the session that was opened ahead of it`() async throws {
        let log = scratch.path.appending("log")
        let store = store { [server] session in "echo \(session) >>\(log); exec \(server)" }
        store.getReady()
        store.getReady()
        while (try? readFile(log)) == nil { try await Task.sleep(for: .milliseconds(5)) }
        let (path, key) = try source(size: 100)
        _ = try await store.put(fileAt: path, as: key)
        #expect(try checkObjects() == 1)
        #expect(try readFile(log) == Array("1\n".utf8))
    }

    @Test(.timeLimit(.minutes(2)))
    func `what went wrong ahead of the first request is told to it`() async throws {
        let log = scratch.path.appending("log")
        let store = store { session in
            "echo \(session) >>\(log); echo 'me@there: Permission denied (publickey).' >&2; exit 255"
        }
        store.getReady()
        while (try? readFile(log)) == nil { try await Task.sleep(for: .milliseconds(5)) }
        let (path, key) = try source(size: 100)
        let error = await expect("denied") { try await store.put(fileAt: path, as: key) }
        #expect(error?.summary.contains("Permission denied (publickey)") == true)
        // A second log-in would ask for the same password again.
        #expect(try readFile(log) == Array("1\n".utf8))
    }

    @Test func `a session that is dropped ahead of the first request is opened again`() async throws
    {
        let log = scratch.path.appending("log")
        let store = store { [server] session in
            "echo \(session) >>\(log); "
                + (session == 1
                    ? "echo 'Connection reset by peer' >&2; exit 255" : "exec \(server)")
        }
        store.getReady()
        let (path, key) = try source(size: 100)
        _ = try await store.put(fileAt: path, as: key)
        #expect(try checkObjects() == 1)
        #expect(try readFile(log) == Array("1\n2\n".utf8))
    }

    @Test(arguments: [
        (
            "me@there: Permission denied (publickey,gssapi).", "denied",
            "the server takes no password, only publickey,gssapi: set 'keyfile' of the remote"
        ),
        (
            "me@there: Permission denied (publickey,password).", "denied",
            "check the password or passphrase of the remote"
        ),
        (
            "kex_exchange_identification: Connection closed by remote host", "interrupted",
            "see whether 'ssh -p 2022 there' works, and what 'git dvc remote list' says"
        ),
    ])
    func `who cannot log in is told what to do about it`(
        words: String, reason: String, advice: String
    ) async throws {
        let store = store(password: "secret") { _ in "echo '  \(words)' >&2; exit 255" }
        let (path, key) = try source(size: 100)
        let error = await expect(reason) { try await store.put(fileAt: path, as: key) }
        #expect(error?.summary.hasSuffix(": \(words)") == true)
        #expect(error?.advice == advice)
    }

    @Test func `a folder that cannot be made is named, with what to look at`() async throws {
        var configuration = SSHConfiguration(name: "storage", root: "/proc/remote")
        configuration.patience = .seconds(1)
        let store = SSHStore(configuration) { [server] _ in
            SFTPTransport(Command(FilePath(server), [], environment: Environment([:])))
        }
        let (path, key) = try source(size: 100)
        let error = await expect("failed") { try await store.put(fileAt: path, as: key) }
        #expect(error?.summary.contains("'/proc/remote'") == true)
        #expect(
            error?.advice
                == "nothing can be made there: check the url of remote 'storage' with 'git dvc remote list'"
        )
    }

    @Test func `a remote that is a file is told from one that is missing`() async throws {
        try writeFile(root, [1])
        let (path, key) = try source(size: 100)
        let asked = store { [server] _ in "exec \(server)" }
        let words = "'\(root)' on the server is not a directory"
        let first = await expect("unavailable") { try await asked.size(of: key) }
        #expect(first?.reason == .unavailable(words))
        let put = store { [server] _ in "exec \(server)" }
        let second = await expect("unavailable") {
            try await put.put(fileAt: path, as: key)
        }
        #expect(second?.reason == .unavailable(words))
        #expect(try readFile(root) == [1])
    }

    @Test(.enabled(if: geteuid() == 0)) func `a user who may not write is told so`() async throws {
        try createDirectories(root)
        let store = store { [server] _ in
            "exec setpriv --reuid=65534 --regid=65534 --clear-groups \(server)"
        }
        // Those above belong to root as well, and let everybody in.
        _ = scratch.path.withCString { chmod($0, 0o755) }
        let (path, key) = try source(size: 100)
        let error = await expect("denied") {
            try await store.put(fileAt: path, as: key)
        }
        #expect(error?.summary.contains("permission denied") == true)
        #expect(error?.affectsWholeStore == true)
    }

    @Test(.enabled(if: Sandbox.canMount)) func `a full disk is called full`() async throws {
        try createDirectories(root)
        let store = store { [server, root] _ in
            "exec unshare -m sh -c 'mount -t tmpfs -o size=1m tmpfs \(root) && exec \(server)'"
        }
        let (path, key) = try source(size: 3_000_000)
        let error = await expect("full") {
            try await store.put(fileAt: path, as: key)
        }
        #expect(error?.summary.contains("no space left on the server") == true)
        #expect(try await store.size(of: key) == nil)
    }

    @Test func `files get the modes that the server's umask gives them, as real DVC's do`()
        async throws
    {
        let store = store { [server] _ in "umask 027; exec \(server)" }
        let (path, key) = try source(size: 100)
        _ = try await store.put(fileAt: path, as: key)
        let object = try #require(try fileStatus(key.path(below: root)))
        let folder = try #require(try fileStatus(key.path(below: root).parent))
        #expect(object.st_mode & 0o7777 == 0o640 && folder.st_mode & 0o7777 == 0o750)
    }
}
