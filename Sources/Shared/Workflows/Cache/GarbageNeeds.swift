internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import Storage
internal import Workspace

/// What one project needs of a cache.
struct GarbageNeeds {
    private(set) var named = NamedObjects()
    /// Objects that working copies link to.
    private(set) var linked: Set<ObjectID> = []
    private(set) var problems: [any UserFacingError] = []

    private let session: Session
    private let cache: LocalStore

    /// Finds out; the caller holds DVC's lock for each DVC root that uses the cache.
    ///
    /// Throws what concerns all of it: `SubprocessError`, `SystemError`, ``TargetError``,
    /// `CancellationError`.
    init(
        of session: Session, _ cache: LocalStore, _ scope: GarbageOptions.Scope?,
        _ sweeps: [WorkspaceSweep]
    ) throws {
        self.session = session
        self.cache = cache
        for sweep in sweeps { linked.formUnion(sweep.linked) }
        if let scope {
            try collect(scope, sweeps)
        } else {
            try collectEverything(sweeps)
        }
    }

    /// What any commit that Git keeps, an index or a working copy names.
    private mutating func collectEverything(_ sweeps: [WorkspaceSweep]) throws {
        let repository = session.repository
        named = try NamedObjects(
            ofCommits: try repository.everyCommit(), blobs: try repository.indexedMetafiles(),
            in: repository)
        for sweep in sweeps { try add(sweep.metafiles) }
        // Their metafiles do not name them. Of what the cache lacks there is nothing to keep.
        let pulled = PulledImports(in: repository.commonDirectory)
        for oid in pulled.all where fileExists(cache.path(of: ObjectKey(oid))) {
            named.add(oid, at: pulled.file, of: .workspace)
        }
    }

    private mutating func add(_ metafiles: [FilePath]) throws(SystemError) {
        for path in metafiles {
            // One that is gone meanwhile was moved or removed by somebody who does not ask for DVC's
            // lock, and its content is in the index, in a commit, or nobody wanted it.
            guard let bytes = try readFileIfPresent(path) else { continue }
            let inside = session.repository.workTree.flatMap { path.relative(to: $0) }
            named.add(bytes, at: inside ?? path, of: .workspace)
        }
    }

    // MARK: What DVC keeps

    private mutating func collect(
        _ scope: GarbageOptions.Scope, _ sweeps: [WorkspaceSweep]
    ) throws {
        let repository = session.repository
        let collector = DataCollector(repository, sources: session.configurationSources)
        let data = try collector.collectAll(try revisions(of: scope))
        problems = data.problems.map(\.error)
        let imported = PartialImports(session, top: repository.workTree ?? "")
            .sorted(data.unidentified).identified
            .filter { fileExists(cache.path(of: ObjectKey($0.needed.oid))) }
        for out in data.outs + imported {
            named.add(out.needed.oid, at: out.needed.path, of: out.needed.revision)
            for file in out.out.versions?.files ?? [] {
                named.add(file.oid, at: out.needed.path, of: out.needed.revision)
            }
        }
        // Git does not list what it ignores, but DVC reads it.
        let listed = Set(
            try repository.workspaceMetafiles().map {
                $0.lastComponent == "dvc.yaml"
                    ? $0.parent.appending("dvc.lock") : $0
            })
        guard let top = repository.workTree else { return }
        for sweep in sweeps {
            try add(
                sweep.metafiles.filter { path in
                    path.relative(to: top).map { !listed.contains($0) && !$0.isInDVCDirectory }
                        ?? false
                })
        }
    }

    /// Source: `iter_revs` in DVC 3.67 `scm.py`, `brancher` in `repo/brancher.py`.
    private func revisions(of scope: GarbageOptions.Scope) throws -> RevisionSelection {
        let repository = session.repository
        var selection = RevisionSelection()
        selection.allTags = scope.allTags
        selection.allCommits = scope.allCommits
        if let revision = scope.revision {
            selection.commits += try resolved(revision, count: scope.count)
        }
        if scope.allBranches {
            let tips = try repository.output(["for-each-ref", "--format=%(refname)", "refs/heads"])
            for tip in tips.split(separator: UInt8(ascii: "\n")) {
                selection.commits += try repository.commits(
                    upTo: String(decoding: tip, as: UTF8.self), count: scope.count)
            }
        }
        if let since = scope.since { selection.commits += try repository.commits(since: since) }
        if scope.allExperiments {
            let refs = try repository.output([
                "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps",
            ])
            selection.commits += Experiment.parse(refs).map(\.tip)
        }
        return selection
    }

    private func resolved(_ revision: String, count: Int) throws -> [GitOID] {
        do {
            return try session.repository.commits(upTo: revision, count: count)
        } catch let error as SubprocessError {
            throw TargetError.badRevision(revision, words: error.lastWords)
        }
    }
}

extension FilePath {
    /// Whether this is in a directory that is DVC's own, such as that of a running experiment.
    fileprivate var isInDVCDirectory: Bool {
        components.contains { $0.elementsEqual(".dvc".utf8) }
    }
}
