internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import Storage
internal import Transfer

/// What was imported with `--no-download`: the metafile has no id for it, and stays as it is.
///
/// Source: DVC 3.67, observed (dvc-compat 3.3). Unlike DVC, it takes in directories of this machine as
/// well, and writes the list of each directory.
struct PartialImports {
    private let session: Session
    private let top: FilePath
    private let jobs: Int?
    private let isDryRun: Bool
    private let pulled: PulledImports

    /// Opens the record of what was pulled.
    ///
    /// `top`: of the working copy, absolute. `jobs`: `-j`.
    init(_ session: Session, top: FilePath, jobs: Int? = nil, isDryRun: Bool = false) {
        self.session = session
        self.top = top
        self.jobs = jobs
        self.isDryRun = isDryRun
        pulled = PulledImports(in: session.repository.commonDirectory)
    }

    /// Brings the outs into their caches, and says what each is; what fails is in the report.
    func fetch(
        _ outs: [UnidentifiedOut], _ report: inout PullReport
    ) async throws -> [CollectedOut] {
        if outs.isEmpty { return [] }
        let workers = try Workers(threads: session.jobs(jobs, remote: nil, blocksThreads: true))
        defer { workers.shutDown() }
        var pulled = pulled
        var found: [CollectedOut] = []
        for out in outs {
            do {
                guard let input = out.importInput else { throw NothingRecordedError(out: out) }
                if let known = identified(out), try await isCached(known, out, on: workers) {
                    found.append(known)
                    pulled.insert(known.needed.oid, for: input)
                } else if isDryRun {
                    report.wouldFetch.append("\(out.path)")
                } else {
                    let oid = try await fetch(out, input, &report)
                    try await checkMember(of: out, oid)
                    found.append(out.identified(as: oid))
                    pulled.insert(oid, for: input)
                }
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        do throws(SystemError) {
            try pulled.save()
        } catch {
            // The data is there; only a later checkout may not bring it back.
            report.warnings.append(error)
        }
        return found
    }

    /// The outs of imports of which it is known what they are, and the paths of all other outs.
    ///
    /// `outs`: any, also those of stages that never ran, or that are not for the cache.
    func sorted(
        _ outs: [UnidentifiedOut]
    ) -> (identified: [CollectedOut], unknown: [UnidentifiedOut]) {
        var result: (identified: [CollectedOut], unknown: [UnidentifiedOut]) = ([], [])
        for out in outs where out.out.isCached {
            if let known = out.listed ?? identified(out) {
                result.identified.append(known)
            } else {
                result.unknown.append(out)
            }
        }
        return result
    }

    /// Those of the outs that were pulled here before, or are whole in the cache.
    ///
    /// Throws `StoreError`, `CancellationError`.
    func pulledBefore(_ outs: [UnidentifiedOut]) async throws -> [CollectedOut] {
        let known = outs.filter(\.out.isCached).compactMap { out in
            identified(out).map { (out, $0) }
        }
        if known.isEmpty { return [] }
        let workers = try Workers(threads: session.jobs(jobs, remote: nil, blocksThreads: true))
        defer { workers.shutDown() }
        var found: [CollectedOut] = []
        for (out, identified) in known {
            let wasPulled = out.importInput.flatMap { pulled[$0] } != nil
            let isThere =
                wasPulled ? true : try await isCached(identified, out, on: workers)
            if isThere { found.append(identified) }
        }
        return found
    }

    /// What an import is, where its metafile or an earlier pull says it.
    private func identified(_ out: UnidentifiedOut) -> CollectedOut? {
        switch out.importInput {
        case .content(_, let recorded):
            recorded.oid(isInside: false).map(out.identified(as:))
        case .repository(let source): pulled[.repository(source)].map(out.identified(as:))
        case .parameters, .other, nil: nil
        }
    }

    private func isCached(
        _ identified: CollectedOut, _ out: UnidentifiedOut, on workers: Workers
    ) async throws -> Bool {
        try await identified.needed.isComplete(
            in: cache(of: out), jobs: session.jobs(jobs, remote: nil, blocksThreads: true),
            on: workers)
    }

    private func cache(of out: UnidentifiedOut) -> LocalStore {
        session.cache(
            at: out.configuration.cacheDirectory
                ?? top.appending(out.root).appending(".dvc/cache"),
            isShared: out.configuration.config.isCacheShared)
    }

    private func fetch(
        _ out: UnidentifiedOut, _ input: StageInput, _ report: inout PullReport
    ) async throws -> ObjectID {
        let place = out.revision.place(of: out.path)
        let cache = cache(of: out)
        switch input {
        case .repository(let source):
            let imports = RepositoryImports(session: session, jobs: jobs, isDryRun: false)
            return try await imports.fetch(
                place, part: out.part.path, from: source, into: cache, &report)
        case .content(let location, let recorded):
            let path =
                switch location {
                case .inside(let relative):
                    top.appending(out.metafile.parent).appending(relative).normalized
                case .outside(let text): FilePath(text)
                }
            let files = MachineFiles(place: place, path: path, cache: cache)
            return try files.copy(part: out.part.path, expecting: recorded, &report)
        case .other(let text):
            throw PartialImportError(place: place, source: text, reason: .scheme)
        case .parameters: throw NothingRecordedError(out: out)
        }
    }

    /// Throws ``NoMemberError`` when a part of the out was asked for that it does not have.
    private func checkMember(of out: UnidentifiedOut, _ oid: ObjectID) async throws {
        guard let part = out.part.path else { return }
        if oid.isDirectory {
            let bytes = try await cache(of: out).contents(
                of: ObjectKey(oid), limit: DirectoryListing.largestEncoding)
            let listing = try DirectoryListing(reading: bytes, scheme: oid.scheme)
            if !listing.indices(at: part).isEmpty { return }
        }
        throw NoMemberError(place: "'\(out.path)'", member: out.path.appending(part))
    }
}
