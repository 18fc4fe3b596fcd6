package import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning
internal import Storage
internal import Transfer
internal import Workspace

/// What a pull did.
package struct PullReport: Sendable {
    package var fetchedCount = 0
    package var fetchedBytes: Int64 = 0
    /// Outs that were put into the working copy, changed, or left something to be removed:
    /// `A<tab>data/`, as DVC prints them.
    package var changes: [String] = []
    package var addedCount = 0
    package var modifiedCount = 0
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
}

/// What the user asked for.
package struct PullOptions: Sendable {
    /// `-r`: only this data remote.
    package var remote: String?
    /// `-j`.
    package var jobs: Int?
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// Brings the data of the working copy's metafiles from the remotes through the cache into place.
package struct PullWorkflow {
    private let session: Session
    private let options: PullOptions

    package init(_ session: Session, _ options: PullOptions) {
        self.session = session
        self.options = options
    }

    /// Fetches what the cache lacks, then copies into the working copy what differs there.
    ///
    /// What goes wrong with single objects or files is in the report. Throws what concerns all of it:
    /// `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, ``LockBusyError``,
    /// `CancellationError`.
    package func run() async throws -> PullReport {
        let root = try session.dvcRoot()
        guard let top = session.repository.workTree else {
            throw NotADVCRepositoryError(directory: session.directory)
        }
        let reader = RevisionReader(session.repository)
        let collector = OutCollector(
            reader, Configurations(session.configurationSources, in: session.repository))
        let metafiles = try session.workspaceMetafiles(below: root)
        try collector.collect(metafiles.map { MetafilePlace(.workspace, $0) }, in: [root])
        var report = PullReport()
        for problem in collector.problems {
            if case .unreadable(let error) = problem.cause { report.errors.append(error) }
        }
        for out in collector.unidentified where out.out.isCached && out.listed == nil {
            report.errors.append(NothingRecordedError(out: out))
        }
        let outs = (collector.outs + collector.unidentified.compactMap(\.listed))
            .filter(\.out.isCached)
        let workspace = WorkspaceDirectory(top: top)
        let lock = try await RepositoryLock.acquire(in: root.appending(".dvc"), of: workspace)
        try await fetch(outs, &report)
        for out in outs {
            let checkout = OutCheckout(workspace, out, cache: try cache(of: out))
            try checkout.run(&report)
        }
        _ = consume lock
        return report
    }

    private func cache(of out: CollectedOut) throws -> any ObjectCache {
        guard let path = out.configuration.cacheDirectory else {
            throw NotADVCRepositoryError(directory: session.directory)
        }
        return session.cache(at: path, isShared: out.configuration.config.isCacheShared)
    }

    /// What one remote is asked for.
    private struct Batch {
        let remote: DVCRemote
        let cache: any ObjectCache
        var files: [ObjectID] = []
        var directories: [ObjectID] = []
    }

    private func fetch(_ outs: [CollectedOut], _ report: inout PullReport) async throws {
        let selection = RemoteSelection(only: options.remote)
        var batches: [String: Batch] = [:]
        var versioned: [String: VersionedBatch] = [:]
        var places: [ObjectID: FilePath] = [:]
        let jobs = session.jobs(options.jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: jobs)
        defer { workers.shutDown() }
        for out in outs {
            places[out.needed.oid] = out.needed.path
            let cache = try cache(of: out)
            // What is in the cache needs no remote.
            let key = ObjectKey(out.needed.oid)
            if try await isComplete(key.oid, in: cache, jobs, workers) { continue }
            switch try selection.choice(for: out) {
            case .notSelected: continue
            case .remote where out.metafileKind == .repositoryImport:
                report.errors.append(UnsupportedPullError(place: out.needed.place, kind: .imported))
            case .remote(let remote) where remote.isCloudVersioned:
                let name = "\(remote.canonicalURL) \(out.configuration.cacheDirectory ?? "")"
                versioned[name, default: VersionedBatch(remote: remote, cache: cache)]
                    .outs.append(out)
            case .remote where out.out.oid == nil:
                report.errors.append(
                    UnsupportedPullError(place: out.needed.place, kind: .versioned))
            case .none:
                report.errors.append(NoRemoteError(place: out.needed.place, isPull: true))
            case .invalid(let error): report.errors.append(error)
            case .remote(let remote):
                let name = "\(remote.canonicalURL) \(out.configuration.cacheDirectory ?? "")"
                var batch = batches[name] ?? Batch(remote: remote, cache: cache)
                if key.oid.isDirectory {
                    batch.directories.append(key.oid)
                } else {
                    batch.files.append(key.oid)
                }
                batches[name] = batch
            }
        }
        for (_, batch) in batches.sorted(by: { $0.key < $1.key }) {
            do {
                try await fetch(batch, places, &report)
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        for (_, batch) in versioned.sorted(by: { $0.key < $1.key }) {
            do {
                let (result, errors) = try await session.fetch(
                    batch, jobs: options.jobs, progress: options.progress)
                report.fetchedCount += result.fetchedCount
                report.fetchedBytes += result.fetchedBytes
                report.errors += errors
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
    }

    /// Whether the cache has an object, and all members when it is a directory.
    private func isComplete(
        _ oid: ObjectID, in cache: any ObjectCache, _ jobs: Int, _ workers: Workers
    ) async throws -> Bool {
        guard oid.isDirectory else { return try await cache.size(of: ObjectKey(oid)) != nil }
        let limit = DirectoryListing.largestEncoding
        // A list that is missing or damaged is one that must be fetched.
        guard let bytes = try? await cache.contents(of: ObjectKey(oid), limit: limit),
            let listing = try? DirectoryListing(reading: bytes, scheme: oid.scheme)
        else { return false }
        return try await absentObjects(
            among: listing.indices.map { listing.oid(at: $0) }, from: cache, jobs: jobs,
            on: workers
        ).absent.isEmpty
    }

    private func fetch(
        _ batch: Batch, _ places: [ObjectID: FilePath], _ report: inout PullReport
    ) async throws {
        let store = try session.store(for: batch.remote, jobs: options.jobs)
        let blocks = store.traits.blocksThreads
        let jobs = session.jobs(options.jobs, remote: batch.remote.jobs, blocksThreads: blocks)
        let workers = try Workers(threads: blocks ? jobs : nil)
        defer { workers.shutDown() }
        let fetch = Fetch(from: store, into: batch.cache, TransferOptions(jobs: jobs), on: workers)
        let progress = options.progress
        try await fetch.run(files: batch.files, directories: batch.directories) { count in
            if progress.isNowhere || count == 0 { return nil }
            return try ProgressMeter(
                .init(
                    title: "Downloading DVC objects", direction: "download", totalObjects: count,
                    totalBytes: nil),
                to: progress)
        }
        let result = fetch.result
        report.fetchedCount += result.fetchedCount
        report.fetchedBytes += result.fetchedBytes
        report.errors += result.failures.map(\.error)
        for oid in result.missing {
            let path = places[oid] ?? fetch.path(ofMember: oid, below: places) ?? oid.storagePath
            report.errors.append(
                MissingObjectError(
                    place: ObjectPlace(oid: oid, path: path, revision: .workspace),
                    remote: batch.remote.name, flaw: nil, isPush: false))
        }
    }
}

/// An out that cannot be pulled, because nothing says what it is.
///
/// DVC fails at such an out as well, unless it is an import, which DVC then downloads.
struct NothingRecordedError: UserFacingError {
    let out: UnidentifiedOut

    var summary: String { "'\(out.metafile)' has no id for '\(out.path)'" }

    var advice: String? {
        "let DVC make or get it: 'dvc repro' for a stage, 'dvc pull' for an import or a "
            + "cloud-versioned remote"
    }
}

/// Data that this version does not get, but real DVC does.
struct UnsupportedPullError: UserFacingError {
    enum Kind { case imported, versioned }

    let place: String
    let kind: Kind

    var summary: String {
        switch kind {
        case .imported: "\(place) is imported from another repository, which is not supported yet"
        case .versioned:
            "\(place) is kept in versions, by a remote that is set up without them now"
        }
    }

    var advice: String? { "get it with 'dvc pull'" }
}
