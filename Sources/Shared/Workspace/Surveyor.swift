internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Compares outs with the working copy; changes nothing but ``FileStates``.
///
/// What was read before, and has not changed since, is not read again.
struct Surveyor: Sendable {
    let workspace: WorkspaceDirectory
    /// The DVC root, from the top.
    let root: FilePath
    let cache: LocalStore
    let types: [LinkType]
    let options: CheckoutOptions
    let states: FileStates
    let threads: Int
    let executor: BlockingExecutor
    let hasher = FileHasher()
    let ignoresCase: Bool

    /// What is to be done for an out; `nil` when the cache lacks its list, and the working copy is not
    /// known to be right without it.
    ///
    /// Throws ``UnsafePathError``, ``OccupiedPathError``, ``TwinMembersError``, `SystemError`,
    /// `StoreError`, `DirectoryListingError`, `CancellationError`.
    func survey(_ out: WantedOut) async throws -> OutSurvey? {
        try workspace.check(out.path)
        return out.oid.isDirectory ? try await directory(out) : try await file(out)
    }

    /// What would have to go if nothing were to be at a path any more.
    ///
    /// `kept`: what is still an out.
    func surveyStale(_ path: FilePath, keeping kept: Set<FilePath>) async throws -> OutSurvey? {
        guard WorkspaceDirectory.flaw(of: path) == nil else { return nil }
        let out = WantedOut(path: path, oid: .init(high: 0, low: 0), isExecutable: false)
        var survey = OutSurvey(out, base: path.parent, listing: .init(), selected: 0..<0)
        let walk = try walk(at: path)
        var seen: [SeenFile] = []
        guard let parent = try workspace.openExisting(path.parent) else { return nil }
        let found = try walk.file(path.lastComponent, in: parent, .extra(path))
        if let file = found.file { seen = [file] }
        if found.isDirectory {
            let all = try await walk.files(below: path, nil, members: 0..<0)
            let isKept = { (path: FilePath) in
                path.selfAndAncestors.contains { kept.contains($0) }
            }
            seen = all.files.filter { file in
                if case .extra(let path) = file.place { !isKept(path) } else { false }
            }
            survey.spareDirectories = ([path] + all.spare).reversed().filter { !isKept($0) }
        }
        survey.found = found.isDirectory ? .directory : seen.isEmpty ? .nothing : .file
        try await compare(seen, &survey)
        return survey
    }

    // MARK: Files

    private func file(_ out: WantedOut) async throws -> OutSurvey {
        let listing = try DirectoryListing(
            [(out.path.lastComponent, out.oid)], scheme: out.oid.scheme)
        var survey = OutSurvey(
            out, base: out.path.parent, listing: listing, selected: listing.indices)
        try await surveyMember(0, &survey, exactPath: out.path)
        return survey
    }

    /// Looks at one member, and at nothing beside it.
    private func surveyMember(
        _ member: Int, _ survey: inout OutSurvey, exactPath path: FilePath
    ) async throws {
        guard let parent = try workspace.openExisting(path.parent) else {
            survey.absent = [Int32(member)]
            return
        }
        let walk = try walk(at: survey.out.path)
        let found = try walk.file(path.lastComponent, in: parent, .member(member))
        if let file = found.file {
            survey.found = .file
            try await compare([file], &survey)
            return
        }
        survey.absent = [Int32(member)]
        guard found.isDirectory else { return }
        survey.found = .directory
        let inside = try await walk.files(below: path, nil, members: 0..<0)
        survey.spareDirectories = ([path] + inside.spare).reversed()
        try await compare(inside.files, &survey)
    }

    // MARK: Directories

    private func directory(_ out: WantedOut) async throws -> OutSurvey? {
        let start = currentNanoseconds()
        let (known, lists) = try await knownContentAndLists(of: out)
        if let known, known.oid == out.oid {
            var survey = OutSurvey(out, base: out.path, listing: .init(), selected: 0..<0)
            survey.found = .directory
            return survey
        }
        guard let listing = try lists?.new.get() ?? listing(of: out.oid) else {
            guard try await isRight(out) else { return nil }
            var survey = OutSurvey(out, base: out.path, listing: .init(), selected: 0..<0)
            survey.found = .directory
            return survey
        }
        try workspace.check(listing, at: out.path)
        if ignoresCase { try WorkspaceDirectory.checkTwins(of: listing, at: out.path) }
        // A list that is damaged is not worth a word here: nobody needs it.
        if let known, let old = try? lists?.old.get(),
            let survey = try await survey(out, listing, since: known, old)
        {
            return survey
        }
        let selected = out.part.map { listing.indices(at: $0) } ?? listing.indices
        var survey = OutSurvey(out, base: out.path, listing: listing, selected: selected)
        survey.found = try found(at: out.path)
        if let part = out.part, selected.count == 1, listing.path(at: selected.lowerBound) == part {
            let existing = survey.found
            try await surveyMember(
                selected.lowerBound, &survey, exactPath: out.path.appending(part))
            survey.found = existing
            return survey
        }
        let base = out.part.map { out.path.appending($0) } ?? out.path
        let walk = try walk(at: out.path)
        var inside = OutWalk.Found()
        if survey.found == .file {
            if let parent = try workspace.openExisting(out.path.parent) {
                let file = try walk.file(out.path.lastComponent, in: parent, .extra(out.path)).file
                inside.files += file.map { [$0] } ?? []
            }
        } else {
            let prefix = out.part.map { $0.bytes.count + 1 } ?? 0
            inside = try await walk.files(
                below: base, listing, members: selected, prefix: prefix)
        }
        survey.spareDirectories = inside.spare.reversed()
        var isSeen = [Bool](repeating: false, count: selected.count)
        for file in inside.files {
            if case .member(let index) = file.place { isSeen[index - selected.lowerBound] = true }
        }
        survey.absent = selected.filter { !isSeen[$0 - selected.lowerBound] }.map(Int32.init)
        try await compare(inside.files, &survey)
        noteRight(inside.files, at: start, &survey)
        return survey
    }

    private func found(at path: FilePath) throws -> OutSurvey.Found {
        guard let status = try workspace.status(of: path) else { return .nothing }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
    }

    /// The list from the cache, `nil` when there is none; hashed, unless that was done before and the
    /// file has not changed since.
    func listing(of oid: ObjectID) throws -> DirectoryListing? {
        let path = cache.path(of: ObjectKey(oid))
        let start = currentNanoseconds()
        guard let (bytes, stamp) = try stampedContents(of: path) else { return nil }
        let content = ObjectID(high: oid.high, low: oid.low, scheme: oid.scheme)
        if states.known([stamp], scheme: oid.scheme) != [content] {
            let found = objectID(of: bytes, isDirectory: true, scheme: oid.scheme)
            guard found == oid else { throw DamagedCacheError(path: path, oid: oid, found: found) }
            states.save([.init(stamp, content, read: start)])
        }
        return try DirectoryListing(reading: bytes, scheme: oid.scheme)
    }

    /// A list's bytes, and what the file that they are in looked like before they were read.
    private func stampedContents(
        of path: FilePath
    ) throws(SystemError) -> (bytes: [UInt8], stamp: FileStamp)? {
        do throws(SystemError) {
            let file = try OpenFile(reading: path)
            let stamp = FileStamp(try file.status())
            return (try file.readAll(limit: DirectoryListing.largestEncoding), stamp)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw error
        }
    }

    /// Whether a directory is what it should be, though nobody has its list.
    private func isRight(_ out: WantedOut) async throws -> Bool {
        guard out.part == nil, try found(at: out.path) == .directory else { return false }
        let place = workspace.top.appending(root)
        let reader = WorkspaceReader(root: place, states: states, threads: threads)
        let path = out.path.relative(to: root) ?? out.path
        do {
            let content = try await reader.content(
                of: path, scheme: out.oid.scheme,
                ignoring: try IgnoreRules.ofWorkspace(place, downTo: path))
            return content?.oid == out.oid
        } catch is UnaddableError {
            return false  // then it is nothing that was ever recorded
        }
    }

    func walk(at path: FilePath) throws -> OutWalk {
        let rules = try IgnoreRules.ofWorkspace(
            workspace.top.appending(root), downTo: path.relative(to: root) ?? path)
        return OutWalk(
            workspace: workspace, root: root, rules: rules, threads: threads, executor: executor)
    }
}

extension FilePath {
    /// The path and those of all directories that it is in, from below.
    var selfAndAncestors: [FilePath] {
        var all = [self]
        while let last = all.last, !last.parent.isEmpty, last.parent != last {
            all.append(last.parent)
        }
        return all
    }
}
