internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import StatusCache
internal import Storage
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What every command that records data needs: the DVC root, its settings, its cache.
struct RecordingSession: Sendable {
    let session: Session
    /// Of the Git repository, absolute.
    let top: FilePath
    /// The DVC root, relative to the top.
    let root: FilePath
    let config: DVCConfig
    let cache: LocalStore
    let workspace: WorkspaceDirectory
    let reader: WorkspaceReader
    private let states: FileStates
    private let threads: Int

    /// Throws ``NotADVCRepositoryError``, `ConfigError`, `SystemError`.
    init(_ session: Session) throws {
        guard let top = session.repository.workTree else {
            throw NotADVCRepositoryError(directory: session.directory)
        }
        self.session = session
        self.top = top
        root = try session.dvcRoot()
        let configurations = Configurations(session.configurationSources, in: session.repository)
        let configuration = try configurations.ofWorkspace(root, below: top)
        config = configuration.config
        let directory = top.appending(root)
        cache = session.cache(
            at: configuration.cacheDirectory ?? directory.appending(".dvc/cache"),
            isShared: config.isCacheShared)
        workspace = WorkspaceDirectory(top: top)
        states = FileStates(session.repository.commonDirectory.appending("dvc/files.db"))
        threads = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
        reader = WorkspaceReader(root: directory, states: states, threads: threads)
    }

    /// Whether Git is to be left out (`core.no_scm`).
    var isWithoutGit: Bool { isOn("no_scm") }
    /// Whether changed files are staged (`core.autostage`).
    var stages: Bool { isOn("autostage") && !isWithoutGit }

    private func isOn(_ option: String) -> Bool {
        config.setting(option, in: "core")?.text?.lowercased() == "true"
    }

    /// DVC's lock on the repository.
    func lock() async throws -> RepositoryLock {
        try await RepositoryLock.acquire(in: root.appending(".dvc"), of: workspace)
    }

    /// How the user would write a path: relative to the directory they are in.
    func shown(_ path: FilePath) -> FilePath {
        let here = (session.directory.resolved ?? session.directory).relative(to: top)
        return here.map { path.relative(from: $0) } ?? top.appending(path)
    }

    /// What lies below another directory than the DVC root, an absolute one.
    func reader(at directory: FilePath) -> WorkspaceReader {
        WorkspaceReader(root: directory, states: states, threads: threads)
    }

    /// What is at `path`, relative to the top; `nil` when nothing is.
    ///
    /// What was recorded by DVC 2 keeps its kind of name for as long as the content is the same.
    /// Source: `Output.update_legacy_hash_name` in DVC 3.67.
    func content(
        of path: FilePath, recorded: ObjectID?, into intake: WorkspaceReader.Intake
    ) async throws -> WorkspaceContent? {
        let below = path.relative(to: root) ?? path
        let rules = try IgnoreRules.ofWorkspace(reader.root, downTo: below)
        var scheme = HashScheme.md5
        if let recorded, recorded.scheme == .md5DosToUnix {
            let now = try await reader.content(of: below, scheme: .md5DosToUnix, ignoring: rules)
            if now?.oid == recorded { scheme = .md5DosToUnix }
        }
        return try await reader.content(of: below, scheme: scheme, ignoring: rules, into: intake)
    }

    /// Makes files ready for the next commit.
    func stage(_ paths: [FilePath]) throws {
        if paths.isEmpty { return }
        let input: [UInt8] = paths.flatMap { $0.bytes + [UInt8(0)] }
        _ = try session.repository.output(
            [
                "--literal-pathspecs", "add", "--force", "--pathspec-from-file=-",
                "--pathspec-file-nul",
            ],
            input: input)
    }
}

extension FilePath {
    /// The way from `directory` to this path, both relative to the same place and normalized.
    func relative(from directory: FilePath) -> FilePath {
        let mine = components
        let other = directory.components
        var shared = 0
        while shared < min(mine.count, other.count), mine[shared].elementsEqual(other[shared]) {
            shared += 1
        }
        var parts = [ArraySlice<UInt8>](
            repeating: Array("..".utf8)[...], count: other.count - shared)
        parts += mine[shared...]
        let joined = Array(parts.joined(separator: CollectionOfOne(UInt8(ascii: "/"))))
        return joined.isEmpty ? "." : FilePath(unchecked: joined)
    }
}
