package import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning
internal import StatusCache
internal import Storage
internal import Transfer

/// What the user asked for.
package struct VerifyOptions: Sendable {
    package var revisions = RevisionSelection()
    /// `-r`: only this data remote.
    package var remote: String?
    /// `-j`.
    package var jobs: Int?
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// Asks the remotes for every single object that commits need, members of directories included.
///
/// Needs no cache and no working copy, and uploads nothing.
package struct VerifyWorkflow {
    private let session: Session
    private let options: VerifyOptions

    package init(_ session: Session, _ options: VerifyOptions) {
        self.session = session
        self.options = options
    }

    /// Looks for everything.
    ///
    /// What cannot be read or asked is an error of the report, never taken for being there. Throws
    /// what concerns all of it: `TargetError`, `SubprocessError`, `SystemError`,
    /// `CancellationError`.
    package func run() async throws -> VerifyReport {
        let data = try DataCollector(session.repository, sources: session.configurationSources)
            .collect(commits: options.revisions)
        var report = VerifyReport()
        report.commitCount = data.commits.count
        report.errors = data.problems.map(\.error)
        report.warnings = session.settingWarnings
        for out in data.unidentified where out.out.isCached {
            if out.out.isCloudVersioned {
                let place = out.revision.place(of: out.path)
                report.errors.append(VersionedLookupError(place: place))
            } else {
                report.warnings.append(NothingRecordedError(out: out))
            }
        }
        if try isCutShort(data) { report.errors.append(ShallowHistoryError()) }
        let demands = try StoreDemand.demands(
            of: data, RemoteSelection(only: options.remote), &report.errors)
        var records: [StatusCache.Record] = []
        for demand in demands {
            do {
                let found = try await session.withStore(of: demand, jobs: options.jobs) { access in
                    try await verify(demand, access)
                }
                report.add(found, of: demand)
                if found.gaps.isEmpty {
                    records.append(record(of: demand, isBaseline: data.problems.isEmpty))
                } else {
                    forget(demand)
                }
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        write(records)
        report.gaps.sort { ($0.path, $0.oid) < ($1.path, $1.oid) }
        return report
    }

    /// Whether history was asked for that this clone does not have: parents of what was looked at.
    private func isCutShort(_ data: CollectedData) throws -> Bool {
        let asksHistory =
            options.revisions.allRefs || options.revisions.names.contains { $0.contains("..") }
        guard asksHistory else { return false }
        let file = session.repository.commonDirectory.appending("shallow")
        guard let lines = try readFileIfPresent(file) else { return false }
        let cut = Set(lines.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) })
        return data.commits.contains(where: cut.contains)
    }

    // MARK: One store

    struct Found {
        var gaps: [VerifyReport.Gap] = []
        var notes: [any UserFacingError] = []
        var askedCount = 0
    }

    private func verify(_ demand: StoreDemand, _ access: StoreAccess) async throws -> Found {
        let result = try await findGaps(
            in: access.store, request(of: demand), cache: access.cache, jobs: access.jobs,
            on: access.workers, meter: options.progress.meterForChecks)
        var found = Found(askedCount: result.askedCount)
        if result.isWhole { return found }
        let damage = Dictionary(
            result.damaged.map { ($0.oid, $0.words) }, uniquingKeysWith: { first, _ in first })
        let places = try await places(
            of: Set(result.missing).union(damage.keys), in: demand,
            ListReader(cache: access.cache, store: access.store))
        found.gaps = places.map { place in
            VerifyReport.Gap(
                state: damage[place.oid] == nil ? .missing : .damaged, oid: place.oid,
                path: place.path, commit: place.revision.commit, remote: demand.remote.name,
                words: damage[place.oid])
        }
        let unlisted = Set(result.unlisted)
        for out in uniqued(demand.outs.map(\.needed.oid)) where unlisted.contains(out) {
            guard let needed = demand.outs.first(where: { $0.needed.oid == out })?.needed else {
                continue
            }
            found.notes.append(UnknownMembersNote(place: needed.place))
        }
        return found
    }

    private func request(of demand: StoreDemand) -> CompletenessRequest {
        var request = CompletenessRequest()
        var seen: Set<ObjectID> = []
        var positions: [FilePath: Int] = [:]
        for out in demand.outs where seen.insert(out.needed.oid).inserted {
            let oid = out.needed.oid
            guard oid.isDirectory else {
                request.files.append(.init(oid: oid, size: out.out.size))
                continue
            }
            let position = positions[out.needed.path] ?? request.directories.count
            if position == request.directories.count {
                positions[out.needed.path] = position
                request.directories.append([])
            }
            request.directories[position].append(oid)
        }
        return request
    }

    /// Where each of these objects is first needed; lists are read again, as gaps are rare.
    private func places(
        of oids: Set<ObjectID>, in demand: StoreDemand, _ reader: ListReader
    ) async throws -> [ObjectPlace] {
        var sought = oids
        var places: [ObjectPlace] = []
        func note(_ oid: ObjectID, _ path: FilePath, _ out: CollectedOut) {
            guard sought.remove(oid) != nil else { return }
            places.append(ObjectPlace(oid: oid, path: path, revision: out.needed.revision))
        }
        for out in demand.outs { note(out.needed.oid, out.needed.path, out) }
        var read: Set<ObjectID> = []
        for out in demand.outs where out.needed.oid.isDirectory && !sought.isEmpty {
            guard read.insert(out.needed.oid).inserted,
                let listing = try await reader.read(out.needed.oid).listing
            else { continue }
            for index in listing.indices where sought.contains(listing.oid(at: index)) {
                note(
                    listing.oid(at: index), out.needed.path.appending(listing.path(at: index)), out)
            }
        }
        return places
    }

    // MARK: What to remember

    /// Everything that was asked for is there: the outs, directories with all their members.
    private func record(of demand: StoreDemand, isBaseline: Bool) -> StatusCache.Record {
        var record = StatusCache.Record(url: demand.remote.canonicalURL)
        record.objects = uniqued(demand.outs.map(\.needed.oid))
        var places: Set<FilePath> = []
        for out in demand.outs where out.needed.oid.isDirectory {
            // Outs come newest first, and the newest list is the best start for the next.
            if places.insert(out.needed.path).inserted {
                record.directories.append((out.needed.path, out.needed.oid))
            }
        }
        record.isBaseline = isBaseline && options.remote == nil
        return record
    }

    /// Drops what is recorded of a store that lacks something: a push that believed it would not
    /// bring what is missing.
    private func forget(_ demand: StoreDemand) {
        // Without a record, or with one that cannot be used, a push asks for everything anyway.
        if case .success(let status) = session.openStatusCache() {
            try? status.forget(demand.remote.canonicalURL)
        }
    }

    private func write(_ records: [StatusCache.Record]) {
        // What is not written down is asked for again: no reason to fail, or to warn in a clone
        // that may not be written to.
        if !records.isEmpty, case .success(let status) = session.openStatusCache() {
            try? status.add(records)
        }
    }
}

extension VerifyReport {
    fileprivate mutating func add(_ found: VerifyWorkflow.Found, of demand: StoreDemand) {
        gaps += found.gaps
        warnings += found.notes
        if let index = remotes.firstIndex(where: { $0.name == demand.remote.name }) {
            remotes[index].askedCount += found.askedCount
        } else {
            remotes.append((demand.remote.name, found.askedCount))
        }
    }
}

extension ListReader.Answer {
    fileprivate var listing: DirectoryListing? {
        switch self {
        case .cached(let listing, _), .stored(let listing): listing
        case .missing, .damaged: nil
        }
    }
}

extension Revision {
    fileprivate var commit: GitOID? {
        if case .commit(let oid) = self { oid } else { nil }
    }
}
