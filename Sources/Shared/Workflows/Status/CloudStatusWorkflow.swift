package import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning
internal import Storage
internal import Transfer

/// What the user asked for.
package struct CloudStatusOptions: Sendable {
    package var selection = DataSelection()
    /// `-r`: only this data remote.
    package var remote: String?
    /// `-j`.
    package var jobs: Int?
    /// `--check-members`: a directory's list on a remote proves nothing.
    package var checksMembers = false
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// Compares what a selection means in the cache with what is on the remotes; changes nothing.
package struct CloudStatusWorkflow {
    private let session: Session
    private let options: CloudStatusOptions

    package init(_ session: Session, _ options: CloudStatusOptions) {
        self.session = session
        self.options = options
    }

    /// Looks on both sides.
    ///
    /// What cannot be read or looked up is an error of the report. Throws what concerns all of it:
    /// `TargetError`, `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``,
    /// `CancellationError`.
    package func run() async throws -> CloudStatusReport {
        let standpoint = try session.standpoint()
        let collector = DataCollector(session.repository, sources: session.configurationSources)
        let data = try collector.collect(options.selection, from: standpoint)
        var report = CloudStatusReport()
        report.warnings = session.settingWarnings
        report.errors = data.problems.map(\.error)
        for out in data.unidentified where out.out.isCached {
            report.warnings.append(NothingRecordedError(out: out))
        }
        let demands = try StoreDemand.demands(
            of: data, RemoteSelection(only: options.remote), &report.errors)
        var names = StatusNames(from: standpoint.directory)
        var vain: [NeededOut] = []
        var met: Set<FilePath> = []
        for demand in demands {
            do {
                let sides = try await session.withStore(of: demand, jobs: options.jobs) {
                    try await compare(demand, $0)
                }
                for out in sides.outs { names.add(out, sides) }
                vain += sides.withoutMember
                met.formUnion(sides.met)
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        // A part of a directory must be in one of the revisions at least.
        for out in vain where met.insert(out.meantPath).inserted {
            report.errors.append(NoMemberError(place: out.place, member: out.meantPath))
        }
        report.entries = names.entries
        if report.entries.isEmpty, report.errors.isEmpty { try settle(&report, data, standpoint) }
        return report
    }

    /// Finds out what to say when there is nothing to report.
    private func settle(
        _ report: inout CloudStatusReport, _ data: CollectedData, _ standpoint: Standpoint
    ) throws {
        var outs = data.outs
        if outs.isEmpty {
            // The selection may be empty without anything being amiss.
            var everything = DataSelection()
            everything.revisions.includesWorkspace = true
            outs = try DataCollector(session.repository, sources: session.configurationSources)
                .collect(everything, from: standpoint).outs
            report.tracksNothing =
                try outs.isEmpty && session.workspaceMetafiles(below: standpoint.root).isEmpty
        }
        report.remote =
            options.remote
            ?? outs.lazy.compactMap(\.configuration.config.defaultRemoteName).first
    }

    /// Asks both sides for all objects of the demand.
    private func compare(
        _ demand: StoreDemand, _ access: StoreAccess
    ) async throws -> ComparedSides {
        var sides = ComparedSides()
        var onRemote: [ObjectID] = []
        var inCache: [ObjectID] = []
        let reader = ListReader(cache: access.cache, store: access.store)
        var lists: [ObjectID: (answer: ListReader.Answer, isThere: Bool)] = [:]
        for collected in demand.outs {
            let oid = collected.needed.oid
            var out = ComparedOut(path: collected.needed.path, oid: oid)
            guard oid.isDirectory else {
                onRemote.append(oid)
                inCache.append(oid)
                sides.outs.append(out)
                continue
            }
            if lists[oid] == nil {
                lists[oid] = try await (
                    reader.read(oid), access.store.size(of: ObjectKey(oid)) != nil
                )
            }
            guard let (answer, isThere) = lists[oid] else { continue }
            switch answer {
            case .cached(let listing, _):
                if !isThere { sides.absentOnRemote.insert(oid) }
                out.listing = listing
            // DVC brings such a list into the cache before it compares, so it is on both sides.
            case .stored(let listing): out.listing = listing
            case .missing, .damaged:
                sides.absentInCache.insert(oid)
                sides.absentOnRemote.insert(oid)
            }
            if let listing = out.listing {
                out.members = collected.needed.part.members(of: listing)
                guard collected.needed.part == .whole || !out.members.isEmpty else {
                    sides.withoutMember.append(collected.needed)
                    continue
                }
                sides.met.insert(collected.needed.meantPath)
                let asksRemote = !isThere || options.checksMembers
                for index in out.members {
                    inCache.append(listing.oid(at: index))
                    if asksRemote { onRemote.append(listing.oid(at: index)) }
                }
            }
            sides.outs.append(out)
        }
        lists = [:]
        let meter = try options.progress.meterForChecks(onRemote.count)
        do {
            sides.absentOnRemote.formUnion(
                try await absentObjects(
                    among: onRemote, from: access.store, jobs: access.jobs, on: access.workers,
                    meter: meter
                ).absent)
        } catch {
            meter?.finish(isComplete: false)
            throw error
        }
        meter?.finish(isComplete: true)
        onRemote = []
        guard let cache = access.cache else {
            sides.absentInCache.formUnion(inCache)
            return sides
        }
        sides.absentInCache.formUnion(
            try await absentObjects(
                among: inCache, from: cache, jobs: access.jobs, on: access.workers
            ).absent)
        return sides
    }
}

extension OutPart {
    /// The members of a directory that are meant, as indices of its list.
    func members(of listing: DirectoryListing) -> Range<Int> {
        path.map(listing.indices(at:)) ?? listing.indices
    }
}
