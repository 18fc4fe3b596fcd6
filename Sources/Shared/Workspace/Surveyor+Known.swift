internal import Basics
internal import DVC
internal import Digests
internal import StatusCache

/// Directories in which nothing has changed since it was last known what they hold: then two lists tell
/// what is to be done, and only the members that differ are looked at one by one.
extension Surveyor {
    /// What a directory of the working copy is known to hold.
    struct KnownContent {
        let oid: ObjectID
        let stamp: TreeStamp
        /// The directory's own.
        let directory: FileStamp
    }

    /// What is at the place of a directory, when that is known without looking at what it should be.
    ///
    /// `nil` where more has to be looked at than the files that are there: their types of link, or
    /// directories without files.
    func knownContent(of out: WantedOut) async throws -> KnownContent? {
        guard let known = try remembered(at: out) else { return nil }
        return try await isStill(known, at: out) ? known : nil
    }

    /// The same, with the lists of what is there and of what should be, if they are likely to be needed:
    /// they are read while the files are looked at.
    func knownContentAndLists(
        of out: WantedOut
    ) async throws -> (known: KnownContent?, lists: Lists?) {
        guard let known = try remembered(at: out) else { return (nil, nil) }
        if known.oid == out.oid { return (try await isStill(known, at: out) ? known : nil, nil) }
        async let lists = lists(known.oid, out.oid)
        let isStill = try await isStill(known, at: out)
        return (isStill ? known : nil, try await lists)
    }

    /// The lists of two directories: `nil` where there is none, and why one cannot be read.
    struct Lists {
        let old: Result<DirectoryListing?, any Error>
        let new: Result<DirectoryListing?, any Error>
    }

    private func lists(_ old: ObjectID, _ new: ObjectID) async throws -> Lists {
        let nothing = Result<DirectoryListing?, any Error>.success(nil)
        let read = Locked([nothing, nothing])
        try await forEachIndexConcurrently(2, limit: 2, on: executor) { index in
            let list = Result { try listing(of: index == 0 ? old : new) }
            read.withLock { $0[index] = list }
        }
        return read.withLock { Lists(old: $0[0], new: $0[1]) }
    }

    /// What was known of a directory when all of it was last looked at.
    private func remembered(at out: WantedOut) throws -> KnownContent? {
        guard out.part == nil, !options.relinks, out.path.relative(to: root) != nil else {
            return nil
        }
        // A walk by whole paths goes through links on the way; nothing may be placed behind them.
        guard let directory = try workspace.openExisting(out.path) else { return nil }
        let stamp = FileStamp(try directory.status())
        guard let known = states.known(at: stamp, scheme: out.oid.scheme) else { return nil }
        return KnownContent(oid: known.oid, stamp: known.stamp, directory: stamp)
    }

    /// Whether all files in a directory are those that are known.
    private func isStill(_ known: KnownContent, at out: WantedOut) async throws -> Bool {
        let place = workspace.top.appending(root)
        guard let path = out.path.relative(to: root) else { return false }
        let walk = TreeWalk(
            root: place, rules: try IgnoreRules.ofWorkspace(place, downTo: path),
            threads: threads, executor: executor)
        guard let found = try await walk.found(below: path) else { return false }
        return !found.hasEmptyDirectories && found.stamp == known.stamp
            && found.directory.device == known.directory.device
            && found.directory.inode == known.directory.inode
    }

    /// What is to be done where a directory holds exactly the members of another list.
    ///
    /// `listing`: what it should hold, `old`: what it holds. `nil` when the lists differ so much that it
    /// is quicker to look at everything.
    func survey(
        _ out: WantedOut, _ listing: DirectoryListing, since known: KnownContent,
        _ old: DirectoryListing
    ) async throws -> OutSurvey? {
        var survey = OutSurvey(
            out, base: out.path, listing: listing, selected: listing.indices)
        survey.found = .directory
        var places: [(path: FilePath, place: SeenFile.Place)] = []
        for index in listing.membersMovedOrChanged(since: old) {
            let path = listing.path(at: index)
            if old.index(of: path) == nil {
                survey.absent.append(Int32(index))
            } else {
                places.append((path, .member(index)))
            }
        }
        var emptied: Set<FilePath> = []
        for index in old.membersMovedOrChanged(since: listing) {
            let path = old.path(at: index)
            guard listing.index(of: path) == nil else { continue }
            places.append((path, .extra(out.path.appending(path))))
            emptied.formUnion(path.parent.selfAndAncestors)
        }
        guard places.count <= max(64, old.count / 8) else { return nil }
        let walk = try walk(at: out.path)
        var files: [SeenFile] = []
        var right = known.stamp
        for (path, place) in places {
            guard let parent = try workspace.openExisting(out.path.appending(path.parent)),
                let file = try walk.file(path.lastComponent, in: parent, place).file,
                let content = file.content
            else { return nil }  // it has changed since the walk
            right.remove(path, content)
            files.append(file)
        }
        survey.spareDirectories =
            emptied.filter {
                !$0.isEmpty && (listing.index(of: $0) != nil || listing.indices(at: $0).isEmpty)
            }.sorted().reversed().map { out.path.appending($0) }
        try await compare(files, &survey)
        survey.rightStamp = right
        return survey
    }

    /// Notes which files are right, once everything was looked at; and remembers a directory in which
    /// all are.
    ///
    /// `start`: when the walk began, in nanoseconds since 1970.
    func noteRight(_ files: [SeenFile], at start: Int64, _ survey: inout OutSurvey) {
        guard survey.out.part == nil, !options.relinks else { return }
        var wrong = Set(survey.replaced.map { Int($0.index) })
        var stamp = TreeStamp()
        for file in files {
            guard case .member(let index) = file.place, wrong.remove(index) == nil else { continue }
            guard let content = file.content else { return }
            survey.listing.withPathBytes(at: index) { stamp.insert($0, content) }
        }
        // What was written to this instant may be so again and look the same.
        guard !stamp.isRacy(at: start) else { return }
        survey.rightStamp = stamp
        if survey.isUnchanged { remember(stamp, survey.out) }
    }

    /// Remembers that a directory holds what it should.
    private func remember(_ stamp: TreeStamp, _ out: WantedOut) {
        guard let status = try? workspace.status(of: out.path) else { return }
        states.save(stamp, out.oid, at: FileStamp(status))
    }
}
