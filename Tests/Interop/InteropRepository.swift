import Basics
import Digests
import Synchronization
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A working copy of what real DVC made (``Template``), its Git remote and its data remote, all its own.
final class InteropRepository: Sendable {
    let sandbox: Sandbox
    /// The working copy, committed, with our hook installed; nothing is pushed.
    let path: FilePath
    /// The directory that is the default data remote, given by its absolute path; not made yet.
    let storage: FilePath
    /// The Git remote, as a bare repository.
    let bare: FilePath

    var cache: FilePath { path.appending(".dvc/cache") }

    init() throws {
        let template = try Template.shared()
        sandbox = try Sandbox(inMemory: true)
        path = sandbox.path("project")
        storage = sandbox.path("storage")
        bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.run("cp", "-a", template.string, path.string).checked()
        try setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = \(storage)

            """)
        try sandbox.git("init", "--quiet", in: path)
        try sandbox.git("remote", "add", "origin", bare.string, in: path)
        try sandbox.commitAll("data", in: path)
        try sandbox.git("dvc", "install", "--quiet", in: path)
    }

    /// Replaces `.dvc/config`, or `.dvc/config.local`.
    func setConfig(_ text: String, local: Bool = false) throws {
        let name = local ? ".dvc/config.local" : ".dvc/config"
        try sandbox.write(Array(text.utf8), to: path.appending(name))
    }

    // MARK: Git

    /// Pushes with git, and so with our hook.
    @discardableResult
    func gitPush(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start("git", ["push"] + arguments, in: path).wait()
    }

    /// The refs of the Git remote.
    func remoteRefs() throws -> [String] { try sandbox.git("for-each-ref", in: bare).outputLines }

    /// A fresh clone of the Git remote, without any data.
    func clone(_ name: String = "clone") throws -> FilePath {
        try sandbox.git(
            "clone", "--quiet", bare.string, sandbox.path(name).string, in: sandbox.root)
        return sandbox.path(name)
    }

    // MARK: DVC

    /// Runs real DVC; a failure is for the caller to judge.
    @discardableResult
    func tryDVC(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try sandbox.start(Sandbox.realDVC(), arguments, in: directory ?? path).wait()
    }

    /// Runs `git dvc`; a failure is for the caller to judge.
    @discardableResult
    func tryOurs(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + arguments, in: directory ?? path).wait()
    }

    /// Has real DVC forget what it knows of remotes, after they were changed behind its back.
    func forgetSiteCache() throws {
        try sandbox.run("rm", "-rf", sandbox.home.appending("dvc-site").string).checked()
    }

    /// The objects in a directory that is a remote, by default ``storage``.
    func objects(in remote: FilePath? = nil) throws -> FileTree { try FileTree(remote ?? storage) }

    /// Where an object is in the cache or on a remote.
    static func key(_ oid: ObjectID) -> FilePath {
        guard oid.scheme == .md5DosToUnix else { return DVCRepository.key(oid) }
        let name = "\(oid)"
        return FilePath("\(name.prefix(2))/\(name.dropFirst(2))")
    }
}

/// The repository of dvc-compat 11.1, made once by real DVC in the first test that needs it.
enum Template {
    private static let made = Mutex<Result<FilePath, any Error>?>(nil)
    private static let sandbox = Mutex<Sandbox?>(nil)

    /// A DVC repository without Git: a directory to copy.
    static func shared() throws -> FilePath {
        try made.withLock { made in
            if let made { return try made.get() }
            let result = Result { try make() }
            made = result
            return try result.get()
        }
    }

    /// Content that no text rule touches: every byte occurs.
    static let binary = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }

    /// The members of `data`: names that are hard to sort or to write, nesting, and empty files.
    ///
    /// No dictionary: to Swift, composed and decomposed names are one key.
    static let members: KeyValuePairs<String, String> = [
        // `-` sorts before `.`, and `.` before `/`.
        "A": "1", "a-b": "2", "a/z": "3", "a.b": "4",
        "back\\slash": "5", "quo\"te": "6", "tab\there": "7", "new\nline": "8", "del\u{7f}": "9",
        "\u{e9}": "composed", "e\u{301}": "decomposed", "\u{e000}": "private", "\u{fffd}": "r",
        "\u{1f600}": "emoji", "~ space ": "s", "-n": "dash",
        "deep/er/still/empty": "", "deep/er/two": "same", "deep/two": "same", "#hash": "h",
        "%25 50%": "p", "run.sh": "#!/bin/sh\n",
    ]

    /// Makes everything but the Git repository and the data remote.
    private static func make() throws -> FilePath {
        let sandbox = try Sandbox(inMemory: true)
        let project = try sandbox.makeRepository("template")
        func write(_ content: [UInt8], _ name: String, mode: Int = 0o644) throws {
            try sandbox.write(content, to: project.appending(name), mode: mode)
        }
        try write(binary, "weights.bin")
        try write(Array("#!/bin/sh\necho tool\n".utf8), "tool.sh", mode: 0o755)
        try write(Array("one\r\ntwo\r\n".utf8), "crlf.txt")
        try write([], "nothing")
        for (name, content) in members { try write(Array(content.utf8), "data/\(name)") }
        try write(Array("x".utf8), "data/bin/run", mode: 0o755)
        try createDirectories(project.appending("void"))
        for name in ["a", "b", "c/d"] { try write([], "zeros/\(name)") }
        try write(Array("lr: 1\n".utf8), "params.yaml")
        let train = """
            mkdir -p features/x
            cat weights.bin >model
            echo one >features/x/1; echo two >features/2
            echo '{"loss": 0.5}' >metrics.json
            echo plain >plain.txt

            """
        try write(Array(train.utf8), "train.sh")
        try sandbox.dvc("init", "--quiet", in: project)
        try sandbox.dvc(
            "add", "--quiet", "weights.bin", "tool.sh", "crlf.txt", "nothing", "data", "void",
            "zeros", in: project)
        try sandbox.dvc(
            "stage", "add", "--quiet", "--run", "-n", "train", "-d", "train.sh", "-d",
            "weights.bin", "-p", "lr", "-o", "model", "-o", "features", "-M", "metrics.json", "-O",
            "plain.txt", "sh train.sh", in: project)
        try addLegacy(sandbox, project)
        try sandbox.run("rm", "-rf", project.appending(".git").string).checked()
        // A static property is never destroyed, and the directory would stay.
        Self.sandbox.withLock { $0 = sandbox }
        atexit { Template.sandbox.withLock { $0 = nil } }
        return project
    }

    /// Outs as DVC 2 recorded them: no `hash`, objects at the top of the cache.
    private static func addLegacy(_ sandbox: Sandbox, _ project: FilePath) throws {
        // The name of a text is the MD5 of what it would be with Unix line ends; `crlf.txt` has
        // the same bytes and another name.
        let text = objectID(of: Array("one\ntwo\n".utf8))
        let member = objectID(of: Array("legacy member".utf8))
        let list = DVCRepository.directoryList([("inner/m", member), ("text", text)])
        let directory = objectID(of: list, isDirectory: true)
        let crlf = Array("one\r\ntwo\r\n".utf8)
        for (oid, content) in [
            (text, crlf), (member, Array("legacy member".utf8)), (directory, list),
        ] {
            let name = "\(oid)"
            try sandbox.write(
                content,
                to: project.appending(".dvc/cache/\(name.prefix(2))/\(name.dropFirst(2))"),
                mode: 0o444)
        }
        func write(_ text: String, _ name: String) throws {
            try sandbox.write(Array(text.utf8), to: project.appending(name))
        }
        try write("outs:\n- md5: \(text)\n  size: 10\n  path: old.txt\n", "legacy/old.txt.dvc")
        try write(
            "outs:\n- md5: \(directory)\n  size: 23\n  nfiles: 2\n  path: old\n", "legacy/old.dvc")
        try write("/old.txt\n/old\n", "legacy/.gitignore")
        for (name, content) in [
            ("old.txt", crlf), ("old/inner/m", Array("legacy member".utf8)), ("old/text", crlf),
        ] {
            try sandbox.write(content, to: project.appending("legacy").appending(name))
        }
    }
}
