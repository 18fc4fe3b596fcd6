internal import Basics
internal import DVC

/// Gathers what targets mean from what the metafiles of one revision after the other say.
struct TargetSearch {
    private let targets: [TargetMatcher.Target]
    private let withDependencies: Bool
    /// The DVC roots that the targets are in.
    let roots: Set<FilePath>
    /// The metafiles that matter, when the targets name only such; `nil` when any may.
    private let metafiles: Set<FilePath>?
    private(set) var result = CollectedData()

    private var isFound: [Bool]
    /// What could not be read and was not asked for, but may have what is sought.
    private var unread: [PlanProblem] = []
    /// What there is, for whoever misspelled it.
    private var known: Set<FilePath> = []
    private var knownStages: Set<String> = []

    init(_ targets: [TargetMatcher.Target], withDependencies: Bool) {
        self.targets = targets
        self.withDependencies = withDependencies
        roots = Set(targets.map(\.root))
        isFound = targets.map { _ in false }
        metafiles = withDependencies ? nil : targets.metafiles
    }

    /// Whether a metafile must be read: what the targets do not name may be as broken as it likes.
    func mayConcern(_ place: MetafilePlace) -> Bool {
        metafiles?.contains(place.path.flagsFile) ?? true
    }

    /// Takes what was read of the metafiles at `places`.
    mutating func take(
        _ stages: [CollectedStage], _ data: CollectedData, of places: [MetafilePlace]
    ) {
        var matcher = TargetMatcher(targets, stages)
        let named = matcher.allStageKeys
        var needed = named
        if withDependencies {
            let graph = StageGraph(stages)
            let asPaths = Set(data.outs.filter { !matcher.parts(of: $0).isEmpty }.map(\.stageKey))
                .union(
                    data.unidentified.filter { !matcher.parts(of: $0).isEmpty }.map(\.stageKey))
            needed = graph.ancestors(of: named.union(asPaths))
            // Of a stage that only an out of it stands for, the other outs are not meant.
            needed.subtract(asPaths.subtracting(named).subtracting(graph.ancestors(of: named)))
        }
        for out in data.outs {
            let parts = uniqued(matcher.parts(of: out))
            if needed.contains(out.stageKey) || parts.contains(.whole) {
                result.outs.append(out)
            } else {
                result.outs += parts.map(out.limited(to:))
            }
        }
        for out in data.unidentified {
            let parts = uniqued(matcher.parts(of: out))
            if needed.contains(out.stageKey) || parts.contains(.whole) {
                result.unidentified.append(out)
            } else {
                result.unidentified += parts.map(out.limited(to:))
            }
        }
        for problem in data.problems {
            let isMeant = withDependencies || targets.contains { $0.concerns(problem.metafile) }
            if isMeant { result.problems.append(problem) } else { unread.append(problem) }
        }
        result.notes = uniqued(result.notes + data.notes)
        for (index, target) in targets.enumerated() {
            let isBroken = data.problems.contains { target.concerns($0.metafile) }
            if matcher.isFound[index] || isBroken { isFound[index] = true }
        }
        if isFound.contains(false) {
            known.formUnion(places.map(\.path.flagsFile))
            known.formUnion(data.outs.map(\.needed.path) + data.unidentified.map(\.path))
            knownStages.formUnion(stages.compactMap(\.name) + stages.compactMap(\.group))
        }
    }

    /// Throws ``TargetError`` for the first target that is in no revision.
    func checkFound(from standpoint: Standpoint) throws(TargetError) {
        guard let index = isFound.firstIndex(of: false) else { return }
        let target = targets[index]
        let unreadable = unread.lazy.compactMap { problem -> String? in
            if case .unreadable(let error) = problem.cause { error.summary } else { nil }
        }.first
        switch target.kind {
        case .everything: return
        case .metafile(let path, let stage?) where known.contains(path):
            throw .noStage(
                stage, target.word,
                nearestWord(to: stage, among: knownStages.sorted()).map {
                    .nearest($0)
                })
        case .metafile(let path, _): throw .noMetafile(target.word, nearest(to: path, standpoint))
        case .stageOrPath(_, _, let path), .path(let path), .directory(let path, _):
            if let unreadable { throw .unknown(target.word, .unreadable(unreadable)) }
            if directoryExists(standpoint.top.appending(path)) {
                throw .unknown(target.word, .directory)
            }
            // Of stages and paths together: one letter may be less than a stage is wrong by.
            let spelled = known.map { $0.spelled(from: standpoint.directory).string }
            let nearest = nearestWord(to: target.word.string, among: spelled + knownStages)
            throw .unknown(target.word, nearest.map { .nearest($0) })
        }
    }

    private func nearest(to path: FilePath, _ standpoint: Standpoint) -> TargetError.Hint? {
        nearestWord(to: path.string, among: known.map(\.string).sorted()).map { name in
            .nearest(FilePath(name).spelled(from: standpoint.directory).string)
        }
    }
}

extension TargetMatcher {
    fileprivate mutating func parts(of out: CollectedOut) -> [OutPart] {
        parts(
            ofOutAt: out.needed.path, isDirectory: out.out.isDirectory, in: out.root,
            at: out.needed.revision)
    }

    fileprivate mutating func parts(of out: UnidentifiedOut) -> [OutPart] {
        parts(ofOutAt: out.path, isDirectory: true, in: out.root, at: out.revision)
    }
}

extension PlanProblem {
    /// The file that it is about; of a pipeline the `dvc.yaml`.
    fileprivate var metafile: FilePath? { sources.first?.path.flagsFile }
}

extension FilePath {
    /// For `dvc.lock` the `dvc.yaml` beside it, which is what targets name.
    fileprivate var flagsFile: FilePath {
        lastComponent == "dvc.lock" ? parent.appending("dvc.yaml") : self
    }

    /// The same path, from another directory; both from the same top.
    fileprivate func spelled(from directory: FilePath) -> FilePath {
        var up: FilePath = ""
        var base = directory
        while true {
            if let rest = relative(to: base) { return up.appending(rest) }
            if base.isEmpty { return self }
            base = base.parent
            up = up.appending("..")
        }
    }
}
