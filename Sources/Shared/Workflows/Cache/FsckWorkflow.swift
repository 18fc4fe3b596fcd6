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

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Reads the whole cache, and asks the remotes, whether everything is what its name says and nothing
/// is missing; repairs one side from the other.
///
/// Good content is never replaced: a damaged file is moved aside, and whatever is brought is hashed on
/// its way.
package struct FsckWorkflow {
    private let session: Session
    private let options: FsckOptions

    package init(_ session: Session, _ options: FsckOptions) {
        self.session = session
        self.options = options
    }

    private typealias Finding = FsckReport.Finding

    /// Looks at everything, and repairs if that is asked for.
    ///
    /// What cannot be read or asked is an error of the report. Throws what concerns all of it:
    /// `TargetError`, `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, `ConfigError`,
    /// ``LockBusyError``, `CancellationError`.
    package func run() async throws -> FsckReport {
        let own = try RecordingSession(session)
        var report = FsckReport()
        report.warnings = session.settingWarnings
        let data = try collect(&report)
        let jobs = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
        let workers = try Workers(threads: jobs)
        defer { workers.shutDown() }
        let states = FileStates(session.fileStatesFile)
        let progress = options.progress
        let survey = try await CacheSurvey(
            of: own.cache, states: states, knowing: options.isFast, jobs: jobs, on: workers
        ) { try progress.meterForChecks($0) }
        report.objectCount = survey.files.objects.count
        report.readCount = survey.readCount
        let outs = data.outs.filter { $0.out.isCached && uses(own.cache, $0) }
        let needs = try await CacheNeeds(outs, survey, own.cache)
        report.findings = findings(survey, needs, own.cache)
        var remotes = FsckRemotes(session, options, own.cache, survey.intact)
        if options.checksRemotes { try await remotes.check(data, &report) }
        if options.repairs {
            let repair = FsckRepair(session, options, own, outs)
            try await repair.run(&report)
            try await remotes.repair(&report)
        }
        return report
    }

    /// What the selected commits and the working copy need.
    private func collect(_ report: inout FsckReport) throws -> CollectedData {
        let collector = DataCollector(session.repository, sources: session.configurationSources)
        let data = try collector.collectAll(options.revisions)
        report.errors = data.problems.map(\.error)
        return data
    }

    /// Another DVC root may have a cache of its own.
    private func uses(_ cache: LocalStore, _ out: CollectedOut) -> Bool {
        guard let path = out.configuration.cacheDirectory else { return false }
        return (path.resolved ?? path) == (cache.root.resolved ?? cache.root)
    }

    private func findings(
        _ survey: CacheSurvey, _ needs: CacheNeeds, _ cache: LocalStore
    ) -> [Finding] {
        func finding(_ state: Finding.State, _ oid: ObjectID, _ words: String) -> Finding {
            let place = needs.places[oid]
            return Finding(
                state: state, oid: oid, path: place?.path, commit: place?.revision.commitOID,
                words: words)
        }
        var findings = survey.damaged.map { finding(.damaged, $0.oid, $0.words) }
        findings += survey.unlisted.map { finding(.unlisted, $0.oid, $0.words) }
        let known = Set(findings.compactMap(\.oid))
        findings += needs.missing.filter { !known.contains($0) }.map { finding(.missing, $0, "") }
        findings += needs.incomplete.map { oid, count in
            finding(.incomplete, oid, "\(counted(count, "member")) not there")
        }
        for (state, files) in [
            (Finding.State.temporary, survey.files.temporary), (.strange, survey.files.strange),
        ] {
            findings += files.map {
                Finding(state: state, path: $0.path, words: byteCountText($0.status.size))
            }
        }
        return findings.sorted { left, right in
            (left.path ?? "~", left.oid?.description ?? "")
                < (right.path ?? "~", right.oid?.description ?? "")
        }
    }
}

/// What outs need of a cache, and what of it is not there.
struct CacheNeeds {
    /// Where each object is first needed.
    private(set) var places: [ObjectID: ObjectPlace] = [:]
    private(set) var missing: [ObjectID] = []
    /// Lists that no out needs, and how many of their members are not there.
    private(set) var incomplete: [(ObjectID, Int)] = []

    init(_ outs: [CollectedOut], _ survey: CacheSurvey, _ cache: LocalStore) async throws {
        for out in outs { note(out.needed.oid, out.needed.path, out.needed.revision) }
        var read: Set<ObjectID> = []
        for out in outs where out.needed.oid.isDirectory {
            let oid = out.needed.oid
            guard survey.intact.contains(oid), read.insert(oid).inserted,
                let listing = try await Self.listing(of: oid, cache)
            else { continue }
            for index in listing.indices {
                note(
                    listing.oid(at: index), out.needed.path.appending(listing.path(at: index)),
                    out.needed.revision)
            }
        }
        missing = places.keys.filter { !survey.intact.contains($0) }.sorted()
        for oid in survey.intact where oid.isDirectory && !read.contains(oid) {
            guard let listing = try await Self.listing(of: oid, cache) else { continue }
            let absent = listing.indices.count { !survey.intact.contains(listing.oid(at: $0)) }
            if absent > 0 { incomplete.append((oid, absent)) }
        }
        incomplete.sort { $0.0 < $1.0 }
    }

    private mutating func note(_ oid: ObjectID, _ path: FilePath, _ revision: Revision) {
        guard places[oid] == nil else { return }
        places[oid] = ObjectPlace(oid: oid, path: path, revision: revision)
    }

    /// `nil` when it went away since it was surveyed.
    private static func listing(
        of oid: ObjectID, _ cache: LocalStore
    ) async throws -> DirectoryListing? {
        do {
            return try await cache.listing(of: oid)
        } catch let error as StoreError where error.reason == .missing {
            return nil
        }
    }
}

extension Revision {
    /// `nil` for the workspace.
    var commitOID: GitOID? {
        if case .commit(let oid) = self { oid } else { nil }
    }
}
