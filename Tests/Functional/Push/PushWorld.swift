import Basics
import Digests
import TestSupport

/// A DVC repository with our hook, a bare repository to push to, and a directory for the data.
final class PushWorld: Sendable {
    let sandbox: Sandbox
    let repository: DVCRepository
    /// The Git remote `origin`.
    let bare: FilePath

    var path: FilePath { repository.path }
    /// The DVC remote `storage`.
    var storage: FilePath { sandbox.path("storage") }
    /// Where ``push(_:in:environment:)`` lets the programs trace to.
    var traceFile: FilePath { sandbox.path("trace") }

    /// Nothing is committed yet.
    ///
    /// `storage`: `nil` for a repository without a DVC remote.
    /// `inMemory`: for dozens of small files, without waiting for a disk.
    init(storage: String? = "storage", hook: Bool = true, inMemory: Bool = true) throws {
        sandbox = try Sandbox(inMemory: inMemory)
        repository = try DVCRepository(in: sandbox, storage: storage)
        bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.git("remote", "add", "origin", bare.string, in: path)
        if hook {
            // What goes through the helper is compared in RemoteHelper.
            try sandbox.run("git", "dvc", "install", "--hooks-only", "-q", in: path).checked()
        }
    }

    // MARK: Making commits

    @discardableResult
    func commit(_ message: String = "commit") throws -> String {
        try sandbox.commitAll(message, in: path)
    }

    /// Adds a file with this content and commits it.
    @discardableResult
    func commit(_ content: String, as name: String) throws -> ObjectID {
        let oid = try repository.add(content, as: name)
        try commit(name)
        return oid
    }

    @discardableResult
    func git(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start("git", arguments, in: path).wait().checked()
    }

    func write(_ content: String, to name: String) throws {
        try sandbox.write(Array(content.utf8), to: path.appending(name))
    }

    /// Removes the cache's copy of an object.
    func loseFromCache(_ oid: ObjectID) throws {
        try removeFile(repository.cache.appending(DVCRepository.key(oid)))
    }

    /// Replaces the cache's copy of an object by other bytes, with the mode of an intact one.
    func damageInCache(_ oid: ObjectID, with content: String = "damaged") throws {
        let object = repository.cache.appending(DVCRepository.key(oid))
        try sandbox.write(Array(content.utf8), to: object, mode: 0o444)
    }

    // MARK: Pushing

    /// Runs `git push` with these arguments.
    func push(
        _ arguments: String..., in directory: FilePath? = nil, environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try git(["push"] + arguments, in: directory, environment: environment)
    }

    /// Runs `git dvc` with these arguments.
    func dvc(
        _ arguments: String..., in directory: FilePath? = nil, stdin: String = "",
        environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try sandbox.start(
            "git", ["dvc"] + arguments, in: directory ?? path, stdin: Array(stdin.utf8),
            environment: environment
        ).wait()
    }

    /// Runs git with a fresh trace; a failure is for the caller to judge.
    func git(
        _ arguments: [String], in directory: FilePath? = nil, environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try removeFile(traceFile)
        var variables = environment
        if variables["GIT_DVC_TRACE"] == nil { variables["GIT_DVC_TRACE"] = traceFile.string }
        return try sandbox.start(
            "git", arguments, in: directory ?? path, environment: variables
        ).wait()
    }

    /// What was asked of DVC remotes by the last push, such as `find files/md5/ab/cdef`, in order.
    func requests(_ operation: String = "") throws -> [String] {
        try traceLines().compactMap { line in
            // git-dvc: 0.012 storage: find files/md5/ab/cdef 12 bytes in 0.1 seconds: ok
            let words = line.replacing(": look up ", with: ": find ").split(separator: " ")
                .dropFirst(2)
            guard words.count > 3, words.first?.hasSuffix(":") == true else { return nil }
            let request = words.dropFirst().prefix(2).joined(separator: " ")
            return request.hasPrefix(operation) && !request.hasPrefix("sync") ? request : nil
        }
    }

    /// Every line of the last push's trace.
    func traceLines() throws -> [String] {
        String(decoding: try readFileIfPresent(traceFile) ?? [], as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    // MARK: Looking at the result

    /// The names of all files in a DVC remote, sorted, temporary ones included.
    func stored(in storage: FilePath? = nil) throws -> [String] {
        let folder = storage ?? self.storage
        guard directoryExists(folder) else { return [] }
        return try sandbox.run("find", ".", "-type", "f", in: folder).checked().outputLines
            .map { String($0.dropFirst(2)) }.sorted()
    }

    /// The names that these objects have in a DVC remote, sorted.
    func keys(_ oids: ObjectID...) -> [String] {
        oids.map { DVCRepository.key($0).string }.sorted()
    }

    /// The refs of the bare repository: `<oid> <ref>`, sorted by name.
    func refs(of repository: FilePath? = nil) throws -> [String] {
        try sandbox.git(
            "for-each-ref", "--format=%(objectname) %(refname)", in: repository ?? bare
        ).outputLines
    }

    /// The lines of standard error that come from us, not from Git.
    ///
    /// Git's own begin with `To`, a blank, or one of its words.
    func ourLines(_ result: ProcessResult) -> [String] {
        let ours = ["error: ", "warning: ", "hint: ", "note: ", "Uploaded ", "Uploading "]
        return result.errorOutput.split(separator: "\n").map(String.init).filter { line in
            ours.contains { line.hasPrefix($0) } && !line.hasPrefix("error: failed to push some")
        }
    }
}
