internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import StatusCache
internal import Storage
internal import Transfer
internal import Workspace

/// Removes from the cache what nothing needs.
///
/// Holds DVC's lock from the first look at what is needed to the last removal: the `git` commands
/// that run meanwhile only read, and run no hooks (docs/decisions/0014).
package struct GarbageWorkflow {
    private let session: Session
    private let options: GarbageOptions

    /// Without a scope, what was touched within two weeks stays, as for `git gc`.
    private static let usualGrace = Duration.seconds(14 * 86400)
    /// For how long nobody takes a temporary file away, whatever `--expire` says.
    private static let leftoverGrace = Duration.seconds(86400)

    package init(_ session: Session, _ options: GarbageOptions) {
        self.session = session
        self.options = options
    }

    /// Finds what is not needed and, unless it is a dry run, removes it.
    ///
    /// With an error in the report nothing was removed, or not all. Throws what concerns all of it:
    /// `SubprocessError`, `SystemError`, `TargetError`, ``NotADVCRepositoryError``, ``LockBusyError``,
    /// `ConfigError`, `StoreError`, `CancellationError`.
    package func run() async throws -> GarbageReport {
        let own = try RecordingSession(session)
        var report = GarbageReport()
        report.cache = own.cache.root
        report.warnings = session.settingWarnings
        let workTrees = try session.repository.workTrees()
        let cacheRoot = own.cache.root.resolved ?? own.cache.root
        let isInside = workTrees.contains { cacheRoot.relative(to: $0) != nil }
        guard isInside || !options.projects.isEmpty || options.isKnownUnshared else {
            report.errors.append(SharedCacheError(cache: own.cache.root))
            return report
        }
        let projects = try options.projects.map(project)
        let others = try projects.flatMap { try $0.repository.workTrees() }
        var locks = CacheLocks()
        try await locks.take(in: own.top.appending(own.root))
        var sweeps = try Self.sweeps(workTrees, own.cache)
        let otherSweeps = try Self.sweeps(others, own.cache)
        let roots = uniqued((sweeps + otherSweeps).flatMap(\.roots)).sorted()
        for root in roots { try await locks.take(in: root) }
        // What was recorded while a lock was waited for counts as well.
        if locks.count > 1 { sweeps = try Self.sweeps(workTrees, own.cache) }
        let started = currentNanoseconds() - FileStamp.longestTick
        let needs = try GarbageNeeds(of: session, own.cache, options.scope, sweeps)
        var named = needs.named
        var linked = needs.linked
        var problems = needs.problems
        for project in projects {
            let tops = try project.repository.workTrees()
            let theirs = try GarbageNeeds(
                of: project, own.cache, options.scope, try Self.sweeps(tops, own.cache))
            named.merge(theirs.named)
            linked.formUnion(theirs.linked)
            problems += theirs.problems
        }
        if !take(problems, &report) { return report }
        let jobs = session.jobs(options.jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: jobs)
        defer { workers.shutDown() }
        let remote = GarbageRemote(session, own.config, options, workers)
        var needed = named.oids
        let unknown = try await addMembers(
            of: named, to: &needed, own.cache, remote, jobs: jobs, workers)
        if !take(unknown, &report) { return report }
        try await choose(
            GarbageChoice(needed: needed, linked: linked, started: started), own.cache, remote,
            &report)
        if !options.isDryRun { try await remove(own.cache, started, &report) }
        withExtendedLifetime(locks) {}
        return report
    }

    /// Whether to go on with these problems, which are in the report then or now.
    private func take(_ problems: [any UserFacingError], _ report: inout GarbageReport) -> Bool {
        if options.skipsFailed {
            report.warnings += problems
            return true
        }
        report.errors += problems
        return problems.isEmpty
    }

    private func project(_ path: FilePath) throws -> Session {
        let place = session.directory.appending(path).normalized
        do {
            let other = try Session(at: place, environment: session.environment.outsideOfGit)
            _ = try other.standpoint()
            return other
        } catch let error as any UserFacingError {
            throw BadProjectError(path: path, words: error.summary)
        }
    }

    private static func sweeps(
        _ tops: [FilePath], _ cache: LocalStore
    ) throws -> [WorkspaceSweep] {
        try uniqued(tops).map { try WorkspaceSweep(below: $0, cache: cache) }
    }

    /// Adds what needed lists name; returns what nobody could read.
    private func addMembers(
        of named: NamedObjects, to needed: inout Set<ObjectID>, _ cache: LocalStore,
        _ remote: GarbageRemote, jobs: Int, _ workers: Workers
    ) async throws -> [any UserFacingError] {
        let places = named.lists.sorted { $0.key < $1.key }
        let answers = try await workers.map(places.count, limit: jobs) { index in
            try await Self.listings(named: places[index].key, among: named, in: cache)
        }
        var unknown: [any UserFacingError] = []
        for ((oid, place), listings) in zip(places, answers) {
            var found = listings
            if found.isEmpty {
                switch try await remote.listing(of: oid, isOnlyRead: place.isOnlyRead) {
                case .listing(let listing): found = [listing]
                case .notNeeded: continue
                case .unknown(let reason):
                    unknown.append(UnknownListError(oid: oid, place: place, reason: reason))
                }
            }
            for listing in found {
                for index in listing.indices { needed.insert(listing.oid(at: index)) }
            }
        }
        return unknown
    }

    /// The lists in the cache of that name, of either generation.
    private static func listings(
        named oid: ObjectID, among named: NamedObjects, in cache: LocalStore
    ) async throws -> [DirectoryListing] {
        var found: [DirectoryListing] = []
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let list = ObjectID(high: oid.high, low: oid.low, isDirectory: true, scheme: scheme)
            guard named.oids.contains(list) else { continue }
            do {
                let bytes = try await cache.contents(
                    of: ObjectKey(list), limit: DirectoryListing.largestEncoding)
                found.append(try DirectoryListing(reading: bytes, scheme: scheme))
            } catch is StoreError {
                continue  // missing, damaged or unreadable: whoever has it intact is asked next
            } catch is DirectoryListingError {
                continue  // a list of another kind: as good as none
            }
        }
        return found
    }

    // MARK: Choosing

    private func choose(
        _ choice: GarbageChoice, _ cache: LocalStore, _ remote: GarbageRemote,
        _ report: inout GarbageReport
    ) async throws {
        let files = try cache.files()
        let grace = options.grace ?? (options.scope == nil ? Self.usualGrace : .zero)
        let newest = choice.started - grace.limitedNanoseconds
        let names = choice.namesInCache(of: files.objects)
        var needed: [StoredFiles.Object] = []
        var garbage: [StoredFiles.Object] = []
        for object in files.objects {
            if choice.needed.contains(object.oid) {
                report.neededCount += 1
                needed.append(object)
            } else if choice.isLinked(object, names) {
                report.linkedCount += 1
            } else if object.status.lastTouched >= newest {
                report.recentCount += 1
            } else {
                garbage.append(object)
            }
        }
        if options.keepsOnlyUnpushed {
            let lacking = try await remote.absent(among: needed.map(\.oid))
            let copies = needed.filter { object in
                !lacking.contains(object.oid) && !choice.isLinked(object, names)
                    && object.status.lastTouched < choice.started
            }
            report.neededCount -= copies.count
            garbage += copies
        }
        if options.verifiesRemote {
            let lacking = try await remote.absent(among: garbage.map(\.oid))
            report.unpushedCount = garbage.count(where: { lacking.contains($0.oid) })
            garbage.removeAll { lacking.contains($0.oid) }
        }
        // A list goes before its members: one that is there promises them.
        garbage.sort { left, right in
            left.oid.isDirectory == right.oid.isDirectory
                ? left.oid < right.oid : left.oid.isDirectory
        }
        report.removed = garbage.map { .init(oid: $0.oid, size: $0.status.size) }
        let oldest =
            choice.started - max(grace.limitedNanoseconds, Self.leftoverGrace.limitedNanoseconds)
        report.leftovers = files.temporary.filter { $0.status.lastTouched < oldest }
            .map { ($0.path, $0.status.size) }
    }

    // MARK: Removing

    /// Removes what was chosen, and leaves in the report what is gone.
    private func remove(
        _ cache: LocalStore, _ started: Int64, _ report: inout GarbageReport
    ) async throws {
        var removed: [GarbageReport.Removed] = []
        // How many names files have left of which we removed one: that touches the others as well.
        var namesLeft: [UInt64: Int] = [:]
        for object in report.removed {
            try Task.checkCancellation()
            let path = cache.path(of: ObjectKey(object.oid))
            do throws(SystemError) {
                // Somebody who takes no lock may have stored or linked it just now.
                guard let facts = try FileFacts(of: path),
                    facts.lastTouched < started || namesLeft[facts.inode] == facts.linkCount
                else { continue }
                try removeFile(path)
                if facts.linkCount > 1 { namesLeft[facts.inode] = facts.linkCount - 1 }
                removed.append(object)
            } catch {
                report.errors.append(error)
            }
        }
        report.removed = removed
        var leftovers: [(path: FilePath, size: Int64)] = []
        for file in report.leftovers {
            do throws(SystemError) {
                try removeFile(file.path)
                leftovers.append(file)
            } catch {
                report.errors.append(error)
            }
        }
        report.leftovers = leftovers
    }
}

/// What is kept besides what is too new.
struct GarbageChoice {
    let needed: Set<ObjectID>
    /// By symbolic links.
    let linked: Set<ObjectID>
    /// From when on what is touched is kept, in nanoseconds since 1970.
    let started: Int64

    /// How many names a file with several has in the cache itself, by its inode.
    func namesInCache(of objects: [StoredFiles.Object]) -> [UInt64: Int] {
        var names: [UInt64: Int] = [:]
        for object in objects where object.status.linkCount > 1 {
            names[object.status.inode, default: 0] += 1
        }
        return names
    }

    /// Whether a file elsewhere is this object: its content would be lost, or nothing gained.
    func isLinked(_ object: StoredFiles.Object, _ names: [UInt64: Int]) -> Bool {
        linked.contains(object.oid)
            || object.status.linkCount > names[object.status.inode, default: 1]
    }
}

extension Duration {
    /// In nanoseconds; at most fifty years, so that a date minus this is one.
    fileprivate var limitedNanoseconds: Int64 {
        max(0, min(components.seconds, 50 * 365 * 86400)) * 1_000_000_000
    }
}

/// DVC's locks of all the roots that use a cache, held until this goes out of scope.
private struct CacheLocks {
    private final class Held {
        let lock: RepositoryLock
        init(_ lock: consuming RepositoryLock) { self.lock = lock }
    }

    private var held: [FilePath: Held] = [:]

    var count: Int { held.count }

    /// `root`: the directory that has the `.dvc`.
    mutating func take(in root: FilePath) async throws {
        let place = root.resolved ?? root
        guard held[place] == nil else { return }
        let lock = try await RepositoryLock.acquire(
            in: ".dvc", of: WorkspaceDirectory(top: place))
        held[place] = Held(lock)
    }
}
