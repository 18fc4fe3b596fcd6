internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Planning
internal import Storage
internal import Transfer

/// The remotes' side of a check: what must be there, and bringing it from the cache.
struct FsckRemotes {
    private let session: Session
    private let options: FsckOptions
    private let cache: LocalStore
    /// What the cache can give.
    private let intact: Set<ObjectID>
    private var demands: [StoreDemand] = []

    init(
        _ session: Session, _ options: FsckOptions, _ cache: LocalStore, _ intact: Set<ObjectID>
    ) {
        self.session = session
        self.options = options
        self.cache = cache
        self.intact = intact
    }

    private typealias Finding = FsckReport.Finding

    /// Adds to the report what the remotes lack of what commits need, and what is damaged there.
    ///
    /// What only the working copy's metafiles name was not pushed yet, and is left out.
    mutating func check(_ data: CollectedData, _ report: inout FsckReport) async throws {
        var settings = VerifyOptions(progress: options.progress)
        settings.revisions = options.revisions
        settings.revisions.includesWorkspace = false
        settings.remote = options.remote
        settings.jobs = options.jobs
        let verified = try await VerifyWorkflow(session, settings).run()
        report.remotes = verified.remotes
        report.warnings += verified.warnings.filter { warning in
            !report.warnings.contains { $0.summary == warning.summary }
        }
        report.errors += verified.errors.filter { error in
            !report.errors.contains { $0.summary == error.summary }
        }
        report.findings += verified.gaps.map { gap in
            Finding(
                state: gap.state == .missing ? .missing : .damaged, oid: gap.oid, path: gap.path,
                commit: gap.commit, remote: gap.remote, words: gap.words ?? "")
        }
        var committed = data
        if !settings.revisions.includesCommits {
            committed.outs.removeAll { $0.needed.revision == .workspace }
        }
        var ignored: [any UserFacingError] = []  // the verification has told them
        demands = try StoreDemand.demands(
            of: committed, RemoteSelection(only: options.remote), &ignored)
        guard options.checksContent else { return }
        for demand in demands {
            do {
                try await readContent(of: demand, &report)
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
    }

    /// Downloads each object that is there and throws it away; damaged ones are kept to be looked at.
    private func readContent(of demand: StoreDemand, _ report: inout FsckReport) async throws {
        let name = demand.remote.name
        let known = Set(report.findings.filter { $0.remote == name }.compactMap(\.oid))
        let found = try await session.withStore(of: demand, jobs: options.jobs) { access in
            let reader = ListReader(cache: access.cache, store: access.store)
            var places: [ObjectID: ObjectPlace] = [:]
            for out in demand.outs where places[out.needed.oid] == nil {
                let needed = out.needed
                places[needed.oid] = ObjectPlace(
                    oid: needed.oid, path: needed.path, revision: needed.revision)
                guard needed.oid.isDirectory else { continue }
                let listing: DirectoryListing
                switch try await reader.read(needed.oid) {
                case .cached(let list, _), .stored(let list): listing = list
                case .missing, .damaged: continue  // a gap, which is in the report
                }
                for index in listing.indices where places[listing.oid(at: index)] == nil {
                    let path = needed.path.appending(listing.path(at: index))
                    places[listing.oid(at: index)] = ObjectPlace(
                        oid: listing.oid(at: index), path: path, revision: needed.revision)
                }
            }
            let sought = places.keys.filter { !known.contains($0) }.sorted()
            let meter = try options.progress.meterForChecks(sought.count)
            var isDone = false
            defer { meter?.finish(isComplete: isDone) }
            let cache = cache
            let faults = try await access.workers.map(sought.count, limit: access.jobs) { index in
                defer { meter?.completeObject(named: "\(ObjectKey(sought[index]))") }
                return try await cache.inspect(sought[index], in: access.store)
            }
            isDone = true
            return zip(sought, faults).compactMap { oid, fault -> Finding? in
                guard let fault, let place = places[oid] else { return nil }
                return Finding(
                    state: fault.isMissing ? .missing : .damaged, oid: oid, path: place.path,
                    commit: place.revision.commitOID, remote: name, words: fault.words)
            }
        }
        report.findings += found
    }

    // MARK: Repairing

    /// Puts what the cache has intact, members before the lists that name them.
    func repair(_ report: inout FsckReport) async throws {
        for demand in demands {
            let name = demand.remote.name
            let indices = report.findings.indices.filter { index in
                let finding = report.findings[index]
                return finding.remote == name && finding.isFault
            }.sorted { left, right in
                !(report.findings[left].oid?.isDirectory ?? false)
                    && report.findings[right].oid?.isDirectory ?? false
            }
            if indices.isEmpty { continue }
            if options.isDryRun {
                for index in indices where report.findings[index].oid.map(intact.contains) ?? false
                {
                    report.findings[index].outcome = .wouldRepair
                }
                continue
            }
            do {
                let store = try session.store(for: demand.remote, jobs: options.jobs)
                for index in indices {
                    if try await put(report.findings[index], in: store, &report) {
                        report.findings[index].outcome = .repaired
                    }
                }
                try await store.makeDurable()
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
    }

    /// Whether the object is good on the remote now.
    private func put(
        _ finding: Finding, in store: any ObjectStore, _ report: inout FsckReport
    ) async throws -> Bool {
        guard let oid = finding.oid else { return false }
        let key = ObjectKey(oid)
        // What was repaired in the cache just now counts as well: it is asked for, and hashed when sent.
        guard try await cache.size(of: key) != nil else { return false }
        if oid.isDirectory {
            guard let listing = try? await cache.listing(of: oid) else { return false }
            for index in listing.indices {
                let member = ObjectKey(listing.oid(at: index))
                if try await store.size(of: member) == nil { return false }
            }
        }
        do {
            _ = try await store.put(fileAt: cache.path(of: key), as: key)
        } catch let error as StoreError {
            report.errors.append(error)
            return false
        }
        if finding.state == .missing { return try await store.size(of: key) != nil }
        // A store that leaves what is there alone has the damaged one still.
        return try await cache.inspect(oid, in: store) == nil
    }
}

/// What is wrong with an object on a remote.
struct RemoteFault: Sendable {
    var isMissing = false
    let words: String
}

extension LocalStore {
    /// Downloads an object and removes it again; `nil` when it is what its name says.
    ///
    /// Throws `StoreError` when the store cannot tell, `SystemError`, `CancellationError`.
    func inspect(_ oid: ObjectID, in store: any ObjectStore) async throws -> RemoteFault? {
        try createDirectories(quarantine)
        let path = temporaryPath(in: quarantine)
        defer { try? removeFile(path) }  // at worst a temporary file stays
        do {
            _ = try await store.get(ObjectKey(oid), toFileAt: path)
        } catch let error as StoreError {
            switch error.reason {
            case .missing: return RemoteFault(isMissing: true, words: "")
            case .mismatch(let found):
                var words = "its content has the MD5 \(found)"
                if fileExists(path) {
                    words += "; kept as '\(try setAside(downloadAt: path, oid, found: found))'"
                }
                return RemoteFault(words: words)
            default: throw error
            }
        }
        guard oid.isDirectory else { return nil }
        do {
            _ = try DirectoryListing(
                reading: try readFile(path, limit: 2 << 30), scheme: oid.scheme)
            return nil
        } catch let error as DirectoryListingError {
            return RemoteFault(words: error.summary)
        }
    }
}
