internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Planning
internal import StatusCache
internal import Storage
internal import Transfer
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Repairs a cache: damaged objects are moved aside, and good ones brought from where they are.
struct FsckRepair {
    private let session: Session
    private let options: FsckOptions
    private let own: RecordingSession
    private let outs: [CollectedOut]

    /// For how long nobody takes a temporary file away.
    private static let leftoverGrace: Int64 = 86400 * 1_000_000_000

    /// `outs`: what the selected commits and the working copy need of this cache.
    init(
        _ session: Session, _ options: FsckOptions, _ own: RecordingSession, _ outs: [CollectedOut]
    ) {
        self.session = session
        self.options = options
        self.own = own
        self.outs = outs
    }

    private typealias Finding = FsckReport.Finding

    /// Mends what the report has of the cache, and writes into it what came of that.
    func run(_ report: inout FsckReport) async throws {
        let lock = try await RepositoryLock.acquire(
            in: own.root.appending(".dvc"), of: own.workspace)
        for index in report.findings.indices where report.findings[index].remote == nil {
            do throws(SystemError) {
                try clear(&report.findings[index])
            } catch {
                report.errors.append(error)
            }
        }
        if !options.isDryRun {
            try await fetch(&report)
            for index in report.findings.indices where report.findings[index].remote == nil {
                guard let oid = report.findings[index].oid,
                    report.findings[index].outcome != .removed,
                    try await isThere(oid)
                else { continue }
                report.findings[index].outcome = .repaired
            }
        }
        _ = consume lock
    }

    /// Moves aside what is in the way, and removes what nobody misses.
    private func clear(_ finding: inout Finding) throws(SystemError) {
        switch finding.state {
        case .damaged, .unlisted:
            guard let oid = finding.oid else { return }
            if options.isDryRun {
                finding.outcome = .wouldRepair
                return
            }
            let path = own.cache.path(of: ObjectKey(oid))
            let found = try? FileHasher().name(ofFileAt: path, scheme: oid.scheme) { _ in true }
            // Somebody else may have mended it meanwhile.
            if finding.state == .damaged, let found, found.hasDigest(of: oid) { return }
            guard fileExists(path) else { return }
            let place = try own.cache.setAside(objectAt: path, oid, found: found)
            finding.outcome = .setAside
            finding.words += "; now '\(place)'"
        case .missing, .incomplete:
            if options.isDryRun { finding.outcome = .wouldRepair }
        case .temporary:
            guard let path = finding.path, let facts = try FileFacts(of: path),
                facts.lastTouched < currentNanoseconds() - Self.leftoverGrace
            else { return }
            finding.outcome = options.isDryRun ? .wouldRepair : .removed
            if !options.isDryRun { try removeFile(path) }
        case .strange: return
        }
    }

    /// Brings what outs need as `fetch` does, imports included, and the rest from the default remote.
    private func fetch(_ report: inout FsckReport) async throws {
        let wanted = Set(
            report.findings.filter { $0.remote == nil && $0.isFault }.compactMap(\.oid))
        if wanted.isEmpty { return }
        var settings = PullOptions(progress: options.progress)
        settings.remote = options.remote
        settings.jobs = options.jobs
        settings.placesData = false
        var pulled = PullReport()
        try await PullWorkflow(session, settings).fetch(outs, &pulled)
        report.errors += pulled.errors
        var rest: [ObjectID] = []
        for oid in wanted.sorted() where try await !isThere(oid) { rest.append(oid) }
        let needed = Set(outs.map(\.needed.oid))
        rest.removeAll { needed.contains($0) }
        guard !rest.isEmpty,
            let name = options.remote?.lowercased() ?? own.config.defaultRemoteName
        else { return }
        do {
            try await fetch(rest, from: try own.config.remote(named: name), &report)
        } catch let error as any UserFacingError {
            report.errors.append(error)
        }
    }

    private func fetch(
        _ oids: [ObjectID], from remote: DVCRemote, _ report: inout FsckReport
    ) async throws {
        if remote.isCloudVersioned { return }
        let store = try session.store(for: remote, jobs: options.jobs)
        let blocks = store.traits.blocksThreads
        let jobs = session.jobs(
            options.jobs, remote: remote.jobs, blocksThreads: blocks,
            usual: store.traits.usualJobs)
        let workers = try Workers(threads: blocks ? jobs : nil)
        defer { workers.shutDown() }
        let fetch = Fetch(from: store, into: own.cache, TransferOptions(jobs: jobs), on: workers)
        try await fetch.run(
            files: oids.filter { !$0.isDirectory }, directories: oids.filter(\.isDirectory)
        ) { _ in nil }
        report.errors += fetch.result.failures.map(\.error)
    }

    /// Whether the cache has the object; what is read here was hashed when it came.
    private func isThere(_ oid: ObjectID) async throws -> Bool {
        guard try await own.cache.size(of: ObjectKey(oid)) != nil else { return false }
        guard oid.isDirectory else {
            let path = own.cache.path(of: ObjectKey(oid))
            let found = try? FileHasher().name(ofFileAt: path, scheme: oid.scheme) { _ in true }
            return found?.hasDigest(of: oid) ?? false
        }
        guard let listing = try? await own.cache.listing(of: oid) else { return false }
        for index in listing.indices {
            if try await own.cache.size(of: ObjectKey(listing.oid(at: index))) == nil {
                return false
            }
        }
        return true
    }
}
