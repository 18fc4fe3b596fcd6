import Basics
import Digests
import TestSupport

/// A DVC repository written by hand, pushed by real DVC and by us to empty directories.
///
/// Its remotes are `main`, the default, and `other`. They are the same paths for everybody who
/// pushes: what one pushed is moved away before the next begins.
struct PushComparison: Sendable {
    enum Pusher: String, CaseIterable {
        case dvc
        case gitDVC = "git dvc"
        case gitPush = "git push"
    }

    /// What a push left behind.
    struct Outcome {
        let result: ProcessResult
        /// Both remotes: `main/files/md5/...`.
        let objects: FileTree
    }

    let repository: DVCRepository
    let bare: FilePath
    var sandbox: Sandbox { repository.sandbox }
    var path: FilePath { repository.path }

    init() throws {
        let sandbox = try Sandbox(inMemory: true)
        repository = try DVCRepository(in: sandbox, storage: nil)
        bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.git("remote", "add", "origin", bare.string, in: repository.path)
        try sandbox.git("dvc", "install", "--quiet", in: repository.path)
        // Nobody wrote a .gitignore here, and what a checkout put in place would be committed.
        try sandbox.git("config", "dvc.checkoutData", "never", in: repository.path)
        try write(
            """
            [core]
                remote = main
            ['remote "main"']
                url = \(url("main"))
            ['remote "other"']
                url = \(url("other"))

            """, to: ".dvc/config")
    }

    func url(_ remote: String) -> FilePath { sandbox.path("remotes").appending(remote) }

    // MARK: Writing the repository

    func write(_ text: String, to relative: String) throws {
        try sandbox.write(Array(text.utf8), to: path.appending(relative))
    }

    /// Puts an object into the cache, named by its content, in either layout.
    @discardableResult
    func store(_ content: String, legacy: Bool = false) throws -> String {
        try storeObject(Array(content.utf8), isDirectory: false, legacy: legacy)
    }

    func storeAll(_ contents: [String]) throws -> [String] { try contents.map { try store($0) } }

    /// Puts a directory's list and its members into the cache.
    @discardableResult
    func storeDirectory(_ members: KeyValuePairs<String, String>, legacy: Bool = false) throws
        -> String
    {
        let entries = try members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { name, content in
                try store(content, legacy: legacy)
                return (name: name, oid: objectID(of: Array(content.utf8)))
            }
        return try storeObject(
            DVCRepository.directoryList(entries), isDirectory: true, legacy: legacy)
    }

    private func storeObject(
        _ content: [UInt8], isDirectory: Bool, legacy: Bool
    ) throws -> String {
        let name = "\(objectID(of: content, isDirectory: isDirectory))"
        let place = cached(name, legacy: legacy)
        if !fileExists(place) { try sandbox.write(content, to: place, mode: 0o444) }
        return name
    }

    func cached(_ oid: String, legacy: Bool = false) -> FilePath {
        repository.cache.appending(
            "\(legacy ? "" : "files/md5/")\(oid.prefix(2))/\(oid.dropFirst(2))")
    }

    /// Where ``Outcome/objects`` has a 3.x object.
    static func object(_ oid: String, in remote: String) -> FilePath {
        FilePath("\(remote)/files/md5/\(oid.prefix(2))/\(oid.dropFirst(2))")
    }

    /// Writes `<out>.dvc` with one out.
    ///
    /// `more`: further lines of the out, such as `push: false`; `hash: md5` unless `legacy`.
    func writeMetafile(
        _ out: String, _ oid: String, legacy: Bool = false, _ more: String...
    ) throws {
        let name = out.split(separator: "/").last ?? ""
        let lines =
            ["outs:", "- md5: '\(oid)'", "  path: '\(name)'"]
            + ((legacy ? [] : ["hash: md5"]) + more).map { "  \($0)" }
        try write(lines.joined(separator: "\n") + "\n", to: "\(out).dvc")
    }

    // MARK: Pushing

    /// Pushes to empty remotes, as if nobody had pushed before.
    ///
    /// `directory`: where the pusher stands, relative to the working copy.
    func push(
        by pusher: Pusher, _ arguments: [String] = [], in directory: String = ""
    ) throws -> Outcome {
        let path = self.path.appending(directory)
        let remotes = sandbox.path("remotes")
        let git = self.path.appending(".git")
        for leftover in [
            remotes, bare, sandbox.home.appending("dvc-site"), git.appending("dvc"),
            git.appending("refs/remotes"),
        ] {
            try sandbox.run("rm", "-rf", leftover.string).checked()
        }
        _ = try sandbox.makeBareRepository("bare.git")
        let result: ProcessResult
        switch pusher {
        case .dvc:
            result = try sandbox.start(Sandbox.realDVC(), ["push"] + arguments, in: path).wait()
        case .gitDVC:
            result = try sandbox.start("git", ["dvc", "push"] + arguments, in: path).wait()
        case .gitPush:
            result = try sandbox.start("git", ["push", "origin", "HEAD"], in: path).wait()
        }
        return Outcome(result: result, objects: try FileTree(remotes))
    }
}
