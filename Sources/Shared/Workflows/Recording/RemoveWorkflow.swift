internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import StatusCache
internal import Storage
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Takes files and directories, or stages, out of DVC.
///
/// Source: `repo/remove.py` in DVC 3.67; observed.
package struct RemoveWorkflow {
    private let recording: RecordingSession
    private let removesOuts: Bool

    /// Finds the repository and reads its settings.
    ///
    /// `removesOuts`: the data itself is removed from the working copy as well (`--outs`).
    /// Throws ``NotADVCRepositoryError``, `ConfigError`, `SystemError`.
    package init(_ session: Session, removesOuts: Bool) throws {
        recording = try RecordingSession(session)
        self.removesOuts = removesOuts
    }

    /// Removes the targets one after the other: `.dvc` files, names of stages, `path/dvc.yaml:name`.
    ///
    /// Throws ``RecordingTargetError``, `MetafileError`, `SystemError`, ``LockBusyError``, `SubprocessError`,
    /// `CancellationError`.
    package func run(_ words: [String]) async throws {
        let outs = try recording.session.trackedOuts(in: recording.root)
        let lock = try await recording.lock()
        for word in words { try await remove(word, outs) }
        _ = consume lock
    }

    private func remove(_ word: String, _ outs: [TrackedOut]) async throws {
        guard word.hasSuffix(".dvc") else { return try await removeStage(word, outs) }
        let path = recording.path(FilePath(word))
        guard let path, try recording.workspace.status(of: path) != nil else {
            throw RecordingTargetError(target: word, reason: .unknown)
        }
        for out in outs where out.metafile == path { try await release(out) }
        try recording.workspace.remove(path)
    }

    private func removeStage(_ word: String, _ outs: [TrackedOut]) async throws {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        let isQualified = parts.count == 2 && parts[0].hasSuffix("dvc.yaml")
        let name = String(isQualified ? parts[1] : word[...])
        let file = recording.path(FilePath(isQualified ? String(parts[0]) : "dvc.yaml"))
        let metafile = recording.path(FilePath(word + ".dvc"))
        guard let file, let bytes = try readFileIfPresent(recording.top.appending(file)),
            let stage = try located(
                file,
                { () throws(MetafileError) in
                    try PipelineText.stage(name, in: bytes)
                })
        else {
            if let metafile, try recording.workspace.status(of: metafile) != nil {
                throw RecordingTargetError(
                    target: word, reason: .out(metafile: FilePath(word + ".dvc")))
            }
            throw RecordingTargetError(target: word, reason: .unknown)
        }
        guard stage == .plain else { throw RecordingTargetError(target: word, reason: .templated) }
        for out in outs where out.metafile == file && out.out.stage == name {
            try await release(out)
        }
        for path in [file.parent.appending("dvc.lock"), file] {
            guard let old = try readFileIfPresent(recording.top.appending(path)) else { continue }
            let new = try located(path) { () throws(MetafileError) in
                try PipelineText.removing(name, from: old)
            }
            guard let new else {
                try recording.workspace.remove(path)
                continue
            }
            if new != old { try recording.workspace.write(new, to: path) }
        }
    }

    private func located<Result>(
        _ path: FilePath, _ body: () throws(MetafileError) -> Result
    ) throws -> Result {
        do throws(MetafileError) {
            return try body()
        } catch {
            throw error.located(in: path)
        }
    }

    /// Makes the data of an out the user's own, or removes it, and lets Git see its path.
    private func release(_ out: TrackedOut) async throws {
        if removesOuts {
            try await removeData(of: out)
        } else if out.out.isCached {
            let relinking = Relinking(
                recording.workspace, recording.cache, types: recording.config.linkTypes,
                isShared: recording.config.isCacheShared)
            try relinking.unprotect(out.path)
        }
        guard out.out.isCached, !recording.isWithoutGit else { return }
        let file = out.path.parent.appending(".gitignore")
        guard let old = try readFileIfPresent(recording.top.appending(file)),
            let new = GitIgnoreText.removing(out.path.lastComponent, from: old)
        else { return }
        if new.isEmpty {
            try recording.workspace.remove(file)
        } else {
            try recording.workspace.write(new, to: file)
        }
    }

    /// Removes what is recorded of an out, and leaves what DVC does not look at: ignored files, other
    /// projects, links to directories.
    ///
    /// Throws when the data is not all in the cache: then it would be lost.
    private func removeData(of out: TrackedOut) async throws {
        let below = out.path.relative(to: recording.root) ?? out.path
        let rules = try IgnoreRules.ofWorkspace(recording.reader.root, downTo: below)
        let scheme = out.out.oid?.scheme ?? .md5
        let content = try await recording.reader.content(of: below, scheme: scheme, ignoring: rules)
        guard let content, let status = try recording.workspace.status(of: out.path) else { return }
        let isSaved = content.files.allSatisfy {
            recording.cache.holds($0.oid, size: $0.stamp.size)
        }
        guard isSaved, out.out.isCached else {
            throw RecordingTargetError(target: recording.shown(out.path).string, reason: .unsaved)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return try recording.workspace.remove(out.path)
        }
        for file in content.files {
            try recording.workspace.remove(out.path.appending(file.path))
        }
        try removeEmptyDirectories(out.path)
    }

    private func removeEmptyDirectories(_ path: FilePath) throws {
        let place = recording.top.appending(path)
        for name in try directoryEntries(place) {
            let entry = path.appending(name)
            guard let status = try recording.workspace.status(of: entry),
                status.st_mode & S_IFMT == S_IFDIR
            else { continue }
            try removeEmptyDirectories(entry)
        }
        guard place.withCString({ rmdir($0) }) == 0 || errno == ENOTEMPTY || errno == EEXIST else {
            throw SystemError("remove", place)
        }
    }
}
