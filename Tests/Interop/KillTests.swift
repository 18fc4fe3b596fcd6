import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git push` whose uploading program dies by SIGKILL, again and again.
///
/// Design 2: a remote is never wrong, at worst incomplete, and data goes before refs.
@Suite struct KillTests {
    /// How often something is killed; `KILL_ROUNDS` in the environment asks for more.
    static let rounds = getenv("KILL_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 105

    @Test(.timeLimit(.minutes(10)))
    func `whenever a push is killed, the remote is at worst incomplete`() throws {
        let world = try KillWorld()
        var random = SystemRandomNumberGenerator()
        var killed = 0
        var attempts = 0
        while killed < Self.rounds, attempts < 4 * Self.rounds {
            attempts += 1
            if Int.random(in: 0..<25, using: &random) == 0 { try world.startOver() }
            let result = try world.pushAndKill(using: &random)
            let flaws = try world.flaws()
            #expect(flaws == [], "after round \(attempts): \(result)")
            if !flaws.isEmpty { return }
            let isPublished = try world.isPublished()
            // A git that was killed itself may have had the time to finish the push.
            #expect(isPublished == result.succeeded || result.signal == SIGKILL, "\(result)")
            if isPublished {
                #expect(try world.isComplete())
                try world.startOver()
            } else {
                killed += 1
            }
        }
        #expect(killed == Self.rounds, "of \(attempts) pushes \(killed) were killed in time")

        try world.git("push", "--quiet", world.bare.string, "main").checked()
        #expect(try world.flaws() == [])
        #expect(try world.isComplete())
        let clone = world.sandbox.path("clone")
        try world.sandbox.git(
            "clone", "--quiet", world.bare.string, clone.string, in: world.sandbox.root)
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        #expect(
            try FileTree(workingCopy: world.repository.path)
                .difference(from: FileTree(workingCopy: clone)) == [])
    }
}

/// A repository with thousands of small objects and some large ones, and what is known of its remote.
private final class KillWorld {
    let sandbox: Sandbox
    let repository: DVCRepository
    let bare: FilePath
    private let storage: FilePath
    /// What the remote must have in the end: lists, with their members, and other files.
    private var members: [ObjectID: [ObjectID]] = [:]
    private var all: [ObjectID] = []
    /// Objects whose content was found to be right, by the file that holds it.
    private var verified: [FilePath: FileIdentity] = [:]
    /// How long an undisturbed push takes.
    private var usualDuration: Duration = .zero

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        repository = try DVCRepository(in: sandbox)
        bare = try sandbox.makeBareRepository("bare.git")
        storage = sandbox.path("storage")
        for directory in 0..<120 {
            var files: [String: String] = [:]
            for file in 0..<20 {
                files["\(file % 3)/\(file)"] = String(
                    repeating: "\(directory) \(file) ", count: 1 + 40 * file)
            }
            let list = try repository.addDirectory("data/d\(directory)", files)
            members[list] = files.values.map { objectID(of: Array($0.utf8)) }
            all += [list] + (members[list] ?? [])
        }
        for large in 0..<3 {
            let content = [UInt8](unsafeUninitializedCapacity: 8 << 20) { buffer, count in
                count = 8 << 20
                buffer.withMemoryRebound(to: UInt64.self) { words in
                    var state = UInt64(large)
                    for index in words.indices {
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        words[index] = state
                    }
                }
            }
            all.append(try repository.add(content, as: "large/f\(large)"))
        }
        try sandbox.commitAll("data", in: repository.path)
        try sandbox.git("dvc", "install", "--quiet", in: repository.path)
        let start = ContinuousClock.now
        try git("push", "--quiet", bare.string, "main").checked()
        usualDuration = ContinuousClock.now - start
        try startOver()
    }

    @discardableResult
    func git(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start("git", arguments, in: repository.path).wait()
    }

    /// Empties both remotes and forgets what was pushed.
    func startOver() throws {
        let places = [storage, bare, repository.path.appending(".git/dvc")]
        for place in places { try sandbox.run("rm", "-rf", place.string).checked() }
        _ = try sandbox.makeBareRepository("bare.git")
        verified = [:]
    }

    // MARK: Killing

    /// Pushes, to the URL so that no tracking ref keeps anything back, and kills at some moment.
    func pushAndKill(using random: inout some RandomNumberGenerator) throws -> ProcessResult {
        let push = try sandbox.start("git", ["push", bare.string, "main"], in: repository.path)
        if Bool.random(using: &random) {
            let share = Double.random(in: 0...1.1, using: &random)
            usleep(UInt32(usualDuration * share / .microseconds(1)))
        } else {
            // The moment when some object has just got its name; half the time a list, for lists
            // come last and quickly.
            let candidates =
                Bool.random(using: &random) ? all : all.filter(\.isDirectory)
            let awaited = candidates.filter { !isThere($0) }.randomElement(using: &random)
            let deadline = ContinuousClock.now + usualDuration * 3
            while let awaited, !isThere(awaited), ContinuousClock.now < deadline { usleep(100) }
        }
        if Int.random(in: 0..<4, using: &random) > 0, let uploader = uploader(below: push.processID)
        {
            kill(uploader, SIGKILL)
        } else {
            push.sendToAll(SIGKILL)
        }
        return push.wait()
    }

    /// The process that is, or will become, `git-dvc`: git replaces no hook, but a hook itself.
    private func uploader(below git: pid_t) -> pid_t? {
        let children = (try? readFile(FilePath("/proc/\(git)/task/\(git)/children"))) ?? []
        return children.split(separator: UInt8(ascii: " ")).lazy
            .compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
            .first { child in
                let name = (try? readFile(FilePath("/proc/\(child)/comm"))) ?? []
                return ["git-dvc\n", "dvc-hooks\n", "pre-push\n"].contains(
                    String(decoding: name, as: UTF8.self))
            }
    }

    // MARK: Looking

    private func path(_ oid: ObjectID) -> FilePath { storage.appending(DVCRepository.key(oid)) }
    private func isThere(_ oid: ObjectID) -> Bool { fileExists(path(oid)) }

    func isComplete() throws -> Bool { all.allSatisfy { isThere($0) } }

    /// Whether the branch can be seen on the Git remote.
    func isPublished() throws -> Bool { try !sandbox.git("for-each-ref", in: bare).output.isEmpty }

    /// What must never be seen on the data remote.
    func flaws() throws -> [String] {
        var flaws: [String] = []
        var present: Set<ObjectID> = []
        let root = storage.appending("files/md5")
        guard directoryExists(root) else { return [] }
        for shard in try directoryEntries(root) {
            for name in try directoryEntries(root.appending(shard)) {
                let path = root.appending(shard).appending(name)
                // What was being written: DVC and we ignore such names.
                if name.bytes.first == UInt8(ascii: "."), name.hasSuffix(".tmp") { continue }
                guard let oid = ObjectID("\(shard)\(name)"), let status = try fileStatus(path)
                else {
                    flaws.append("'\(path)' has no object's name")
                    continue
                }
                present.insert(oid)
                if status.st_mode & 0o7777 != 0o444 { flaws.append("'\(path)' is not 0444") }
                let identity = FileIdentity(status)
                if verified[path] == identity { continue }
                let content = try readFile(path)
                if objectID(of: content, isDirectory: oid.isDirectory) == oid {
                    verified[path] = identity
                } else {
                    flaws.append("'\(path)' has wrong content")
                }
            }
        }
        for (list, members) in members where present.contains(list) {
            let absent = members.count { !present.contains($0) }
            if absent > 0 { flaws.append("\(list) is there without \(absent) members") }
        }
        return flaws
    }
}

/// A file that nobody has written since; a new file under the same name is another one.
private struct FileIdentity: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = time.tv_sec
        nanoseconds = time.tv_nsec
    }
}
