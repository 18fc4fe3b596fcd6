internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Storage
internal import Workspace

/// Records the data of outs of `.dvc` files; DVC's lock is held.
struct OutRecorder {
    private let recording: RecordingSession
    private let git: GitView?
    private let options: AddOptions
    private(set) var report = RecordReport()
    /// The files of the report, relative to the top of the repository.
    private(set) var changed: [FilePath] = []

    init(_ recording: RecordingSession, _ git: GitView?, _ options: AddOptions) {
        self.recording = recording
        self.git = git
        self.options = options
    }

    /// Records what one target holds now.
    mutating func record(_ target: AddTarget) async throws {
        switch target.role {
        case .new: try await record(target.path, as: nil, in: target.metafile)
        case .tracked(let out): try await record(target.path, as: out, in: target.metafile)
        case .member(let out): try await recordMember(target.path, of: out)
        }
    }

    private mutating func record(
        _ path: FilePath, as out: TrackedOut?, in metafile: FilePath
    ) async throws {
        let isCached = out?.out.isCached ?? true
        let content = try await read(path, recorded: out?.out.oid, isCached: isCached)
        let recorded = RecordedOut(
            path: out.map { Self.spelling(of: $0) } ?? path.lastComponent.string,
            oid: content.oid, size: content.size, fileCount: content.fileCount,
            isExecutable: content.isExecutable)
        if isCached { try hide(path) }
        try write(recorded, to: metafile)
        if isCached, options.commits { try await relink(content, at: path) }
    }

    /// The path of an out as seen from its metafile.
    private static func spelling(of out: TrackedOut) -> String {
        guard case .inside(let location) = out.out.location else { return "" }
        return location.string
    }

    /// Reads what is at `path`, into the cache unless it is not wanted there.
    func read(
        _ path: FilePath, recorded: ObjectID?, isCached: Bool
    ) async throws -> WorkspaceContent {
        let found = try await recording.content(
            of: path, recorded: recorded, into: isCached ? intake : .none)
        guard let found else { throw AddError(path: recording.shown(path), reason: .missing) }
        return found
    }

    private var intake: WorkspaceReader.Intake {
        guard options.commits else { return .none }
        let links = options.relinks && recording.config.linkTypes.first == .hardlink
        return links ? .hardLink(recording.cache) : .copy(recording.cache)
    }

    mutating func relink(
        _ content: WorkspaceContent, at path: FilePath, isMember: Bool = false
    ) async throws {
        guard options.relinks else { return }
        let relinking = Relinking(
            recording.workspace, recording.cache, types: recording.config.linkTypes,
            isShared: recording.config.isCacheShared)
        let failed = try await relinking.run(content, at: path, isMember: isMember)
        report.unlinked += failed.map { recording.shown($0) }
    }

    // MARK: A part of a directory

    private mutating func recordMember(_ path: FilePath, of out: TrackedOut) async throws {
        // Since the targets were looked at, another member may have been recorded: by this command,
        // or by whoever held the lock.
        let recorded = try current(out)
        guard let oid = recorded.oid, let member = path.relative(to: out.path) else {
            throw AddError(
                path: recording.shown(path), reason: .noList(recording.shown(out.path)))
        }
        guard oid.scheme == .md5 else {
            throw AddError(
                path: recording.shown(path), reason: .legacyDirectory(recording.shown(out.path)))
        }
        let old = try listing(oid, of: out, for: path)
        let kept = old.indices.filter { old.path(at: $0).relative(to: member) == nil }
        let isAppended = kept.count == old.count
        var content: WorkspaceContent?
        if try recording.workspace.status(of: path) != nil {
            content = try await read(path, recorded: nil, isCached: out.out.isCached)
        } else if isAppended {
            throw AddError(path: recording.shown(path), reason: .missing)
        }
        var members = kept.map { (path: old.path(at: $0), oid: old.oid(at: $0)) }
        members += (content?.files ?? []).map { (member.appending($0.path), $0.oid) }
        let listing = try DirectoryListing(members)
        let bytes = listing.encoded()
        let name = objectID(of: bytes, isDirectory: true)
        if options.commits, out.out.isCached {
            do {
                try recording.cache.takeIn(bytes, as: name)
            } catch {
                throw error.asUserFacing(path)
            }
        }
        // DVC does not look into the rest, so it knows the sum only when nothing was replaced.
        var size: Int64?
        if let content, isAppended, let before = recorded.size, before > 0 {
            size = before + content.size
        } else if name == oid, content != nil {
            size = recorded.size
        }
        let new = RecordedOut(
            path: Self.spelling(of: out), oid: name, size: size, fileCount: listing.count,
            isExecutable: false)
        if out.out.isCached { try hide(out.path) }
        try write(new, to: out.metafile)
        if let content, options.commits, out.out.isCached {
            try await relink(content, at: path, isMember: true)
        }
    }

    /// What the metafile says of an out now.
    private func current(_ out: TrackedOut) throws -> Out {
        let bytes = try readFileIfPresent(recording.top.appending(out.metafile), limit: 64 << 20)
        do throws(MetafileError) {
            let outs = try Metafile(bytes ?? []).outs
            return outs.first { $0.location == out.out.location } ?? out.out
        } catch {
            throw error.located(in: out.metafile)
        }
    }

    private func listing(
        _ oid: ObjectID, of out: TrackedOut, for path: FilePath
    ) throws -> DirectoryListing {
        let source = recording.cache.path(of: ObjectKey(oid))
        guard let bytes = try readFileIfPresent(source, limit: DirectoryListing.largestEncoding)
        else {
            throw AddError(
                path: recording.shown(path), reason: .noList(recording.shown(out.path)))
        }
        let found = objectID(of: bytes, isDirectory: true)
        guard found == oid else { throw DamagedCacheError(path: source, oid: oid, found: found) }
        return try DirectoryListing(reading: bytes)
    }

    // MARK: Files for Git

    private mutating func write(_ out: RecordedOut, to metafile: FilePath) throws {
        let place = recording.top.appending(metafile)
        let old = try readFileIfPresent(place, limit: 64 << 20)
        let new: [UInt8]
        do throws(MetafileError) {
            if let old {
                new = try MetafileText.updating(old, [out])
            } else {
                new = try MetafileText.new(out)
            }
        } catch {
            throw error.located(in: metafile)
        }
        if new != old { try recording.workspace.write(new, to: metafile) }
        note(metafile)
    }

    /// Keeps Git from seeing the data.
    mutating func hide(_ path: FilePath) throws {
        guard let git, !git.ignores(path) else { return }
        let file = path.parent.appending(".gitignore")
        let old = try readFileIfPresent(recording.top.appending(file)) ?? []
        guard let new = GitIgnoreText.adding(path.lastComponent, to: old) else { return }
        try recording.workspace.write(new, to: file)
        note(file)
    }

    private mutating func note(_ file: FilePath) {
        if changed.contains(file) { return }
        changed.append(file)
        report.changedFiles.append(recording.shown(file))
    }
}

extension TakeInError {
    /// The error to show, about the file at `path`.
    func asUserFacing(_ path: FilePath) -> any Error {
        switch self {
        case .reading(let error), .storing(let error): error
        case .changed: UnaddableError(path: path, reason: .changed)
        case .cancelled: CancellationError()
        }
    }
}
