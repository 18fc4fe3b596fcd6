package import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning
internal import Storage
internal import Transfer
package import Workspace

/// What a pull or a fetch did.
package struct PullReport: Sendable {
    package var fetchedCount = 0
    package var fetchedBytes: Int64 = 0
    /// With a dry run: what would be fetched, as keys of the remote.
    package var wouldFetch: [String] = []
    /// Outs that were put into the working copy, changed, or left something to be removed:
    /// `A<tab>data/`, as DVC prints them.
    package var changes: [String] = []
    /// How many files were put into the working copy, changed there, and removed.
    package var counts = CheckoutReport.Counts()
    /// Outs that could not be put into place whole, because the cache lacks something.
    package var incomplete: [FilePath] = []
    /// Files that are saved nowhere and are in the way, when nothing was done because of them.
    package var unsaved: [FilePath] = []
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    /// Whether any remote was needed, and none is configured.
    package var lacksRemote = false
}

/// What the user asked for.
package struct PullOptions: Sendable {
    package var selection = DataSelection()
    /// `-r`: only this data remote.
    package var remote: String?
    /// Takes the place of `core.remote`: `remote.<name>.dvcRemote` of the Git remote that commits came
    /// from.
    package var defaultRemote: String?
    /// `-j`.
    package var jobs: Int?
    /// `--run-cache`.
    package var withRunCache = false
    /// `--max-size`: only outs of fewer bytes.
    package var maximumSize: Int64?
    /// `--type`: only outs of these kinds; all when there are none.
    package var kinds: Set<Kind> = []
    /// `--allow-missing`: what nobody has is no error.
    package var allowsMissing = false

    /// What an out is to its stage.
    package enum Kind: String, Sendable { case metrics, plots }
    /// Only say what would be fetched.
    package var isDryRun = false
    /// Whether the working copy follows; else only the cache is filled, as by `fetch`.
    package var placesData = true
    /// What becomes of files that are saved nowhere.
    package var unsaved = CheckoutOptions.Unsaved.keep
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

    /// Fetches what the cache lacks, then puts into the working copy what differs there.
    ///
    /// What goes wrong with single objects or files is in the report. Throws what concerns all of it:
    /// `TargetError`, `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, ``LockBusyError``,
    /// `CancellationError`.
    package func run() async throws -> PullReport {
        let standpoint = try session.standpoint()
        let data = try DataCollector(session.repository, sources: session.configurationSources)
            .collect(options.selection, from: standpoint)
        var report = PullReport()
        report.warnings = data.warnings
        report.errors = data.problems.map(\.error)
        let unknown = data.unidentified.filter { $0.out.isCached && $0.listed == nil }
        for out in unknown where out.importInput == nil && options.placesData {
            report.errors.append(NothingRecordedError(out: out))
        }
        let identified = (data.outs + data.unidentified.compactMap(\.listed))
            .filter { $0.out.isCached && options.admits($0.out) }
        let placement = DataPlacement(session, root: standpoint.root, top: standpoint.top)
        let isWhole = options.selection.targets.isEmpty
        let stale = options.placesData && isWhole ? try placement.staleOuts(besides: data) : []
        let lock = try await RepositoryLock.acquire(
            in: standpoint.root.appending(".dvc"), of: WorkspaceDirectory(top: standpoint.top))
        if options.withRunCache {
            let runs = RunCacheFetch(
                session: session, standpoint: standpoint, remote: options.remote,
                isDryRun: options.isDryRun, jobs: options.jobs)
            try await runs.run(&report)
        }
        let imports = PartialImports(
            session, top: standpoint.top, jobs: options.jobs, isDryRun: options.isDryRun)
        // First: what they bring need not be on any remote.
        let imported = try await imports.fetch(
            unknown.filter { $0.importInput != nil && options.admits($0.out) }, &report)
        try await fetch(identified, &report)
        let outs = identified + imported
        if options.placesData, !options.isDryRun {
            var settings = CheckoutOptions()
            settings.unsaved = options.unsaved
            let done = try await placement.run(
                outs, stale: stale, keeping: Set((data.outs + outs).map(\.needed.path)), settings)
            report.add(done, options, from: standpoint.directory)
        }
        _ = consume lock
        return report
    }

    /// What one remote is asked for.
    private struct Batch {
        let remote: DVCRemote
        let cache: any ObjectCache
        var files: [ObjectID] = []
        var directories: [Fetch.Directory] = []
        /// What was recorded of their sizes.
        var bytes: Int64 = 0
    }

    /// Brings what outs need into their caches; the caller holds DVC's lock.
    func fetch(_ outs: [CollectedOut], _ report: inout PullReport) async throws {
        let remotes = FetchRemotes(session, options, outs)
        var batches: [String: Batch] = [:]
        var versioned: [String: VersionedBatch] = [:]
        var imports: [CollectedOut] = []
        var places: [ObjectID: ObjectPlace] = [:]
        let jobs = session.jobs(options.jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: jobs)
        defer { workers.shutDown() }
        for out in outs {
            places[out.needed.oid] = ObjectPlace(
                oid: out.needed.oid, path: out.needed.path, revision: out.needed.revision)
            let cache = try session.cache(of: out)
            let choice = try remotes.choice(for: out)
            // One that was asked for must exist, whether it is needed or not.
            if options.remote != nil, case .invalid(let error) = choice {
                report.errors.append(error)
                continue
            }
            // What is in the cache needs no remote.
            let key = ObjectKey(out.needed.oid)
            if try await out.needed.isComplete(in: cache, jobs: jobs, on: workers) { continue }
            if out.metafileKind == .repositoryImport {
                imports.append(out)
                continue
            }
            switch choice {
            case .notSelected: continue
            case .remote(let remote) where remote.isCloudVersioned:
                let name = "\(remote.canonicalURL) \(out.configuration.cacheDirectory ?? "")"
                versioned[name, default: VersionedBatch(remote: remote, cache: cache)]
                    .outs.append(out)
            case .remote where out.out.oid == nil:
                report.errors.append(UnsupportedPullError(place: out.needed.place))
            case .none:
                report.lacksRemote = true
                report.errors.append(NoRemoteError(place: out.needed.place, isPull: true))
            case .invalid(let error): report.errors.append(error)
            case .remote(let remote):
                let name = "\(remote.canonicalURL) \(out.configuration.cacheDirectory ?? "")"
                var batch = batches[name] ?? Batch(remote: remote, cache: cache)
                if key.oid.isDirectory {
                    batch.directories.append(.init(key.oid, part: out.needed.part.path))
                } else {
                    batch.files.append(key.oid)
                }
                // Sizes are what somebody wrote into a file.
                batch.bytes = batch.bytes.addingReportingOverflow(out.needed.size ?? 0).partialValue
                batches[name] = batch
            }
        }
        try await RepositoryImports(
            session: session, jobs: options.jobs, isDryRun: options.isDryRun
        ).fetch(imports, &report)
        for (_, batch) in batches.sorted(by: { $0.key < $1.key }) {
            do {
                try await fetch(batch, places, &report)
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        for (_, batch) in versioned.sorted(by: { $0.key < $1.key }) {
            if options.isDryRun {
                // Its objects have no names on the remote.
                report.wouldFetch += batch.outs.map(\.needed.meantPath.string)
                continue
            }
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

    private func fetch(
        _ batch: Batch, _ places: [ObjectID: ObjectPlace], _ report: inout PullReport
    ) async throws {
        if let flaw = batch.remote.directoryFlaw {
            // Once, instead of for each object.
            if !options.allowsMissing { throw flaw }
            report.warnings.append(flaw)
            return
        }
        let store = try session.store(for: batch.remote, jobs: options.jobs)
        store.expect(batch.bytes)
        let blocks = store.traits.blocksThreads
        let jobs = session.jobs(
            options.jobs, remote: batch.remote.jobs, blocksThreads: blocks,
            usual: store.traits.usualJobs)
        let workers = try Workers(threads: blocks ? jobs : nil)
        defer { workers.shutDown() }
        let fetch = Fetch(from: store, into: batch.cache, TransferOptions(jobs: jobs), on: workers)
        let progress = options.progress
        try await fetch.run(
            files: batch.files, directories: batch.directories, isDryRun: options.isDryRun
        ) { count in
            try ProgressMeter(downloading: count, to: progress)
        }
        let result = fetch.result
        report.fetchedCount += result.fetchedCount
        report.wouldFetch += result.wanted.map { "\(ObjectKey($0))" }
        report.fetchedBytes += result.fetchedBytes
        let missing = options.allowsMissing ? [] : result.missing
        let places = places.merging(
            members(result.failures.map(\.oid) + missing, of: fetch, below: places)
        ) { out, _ in out }
        for failure in result.failures {
            report.errors.append(
                DownloadError(cause: failure.error, path: places[failure.oid]?.path))
        }
        for directory in result.withoutMember {
            let out = places[directory.oid]?.path ?? ""
            report.errors.append(
                NoMemberError(
                    place: "'\(out)'", member: directory.part.map(out.appending) ?? out))
        }
        for oid in missing {
            let unknown = ObjectPlace(oid: oid, path: oid.storagePath, revision: .workspace)
            report.errors.append(
                MissingObjectError(
                    place: places[oid] ?? unknown, remote: batch.remote.name, flaw: nil,
                    isPush: false))
        }
    }

    /// The places of objects that are members of outs.
    private func members(
        _ oids: [ObjectID], of fetch: Fetch, below outs: [ObjectID: ObjectPlace]
    ) -> [ObjectID: ObjectPlace] {
        var places: [ObjectID: ObjectPlace] = [:]
        for (oid, member) in fetch.places(ofMembers: oids) {
            guard let out = outs[member.directory] else { continue }
            places[oid] = ObjectPlace(
                oid: oid, path: out.path.appending(member.path), revision: out.revision)
        }
        return places
    }
}
