internal import Basics

/// Says which stages and outs a set of targets means.
struct TargetMatcher {
    /// A target, looked up against the place where the user is.
    struct Target {
        /// As it was written.
        let word: FilePath
        let kind: Kind
        /// The DVC root that it is in, from the top of the repository, as all paths here.
        let root: FilePath
    }

    enum Kind {
        case everything
        case metafile(FilePath, stage: String?)
        /// A stage of `pipeline`, or else a path.
        case stageOrPath(name: String, pipeline: FilePath, path: FilePath)
        case path(FilePath)
        /// A directory, for all metafiles below it; it may be an out as well.
        case directory(FilePath, exists: Bool)
    }

    let targets: [Target]
    /// By target: the stages that it names, which leave no room for a path of the same name.
    private(set) var stageKeys: [Set<CollectedStage.Key>] = []
    /// By target: the revisions in which it is a stage.
    private var revisionsOfStages: [Set<Revision>] = []
    /// By target: whether anything was found for it.
    private(set) var isFound: [Bool]

    init(_ targets: [Target], _ stages: [CollectedStage]) {
        self.targets = targets
        isFound = targets.map { target in
            switch target.kind {
            case .everything: true
            // One in which there is no metafile is no mistake to DVC.
            case .directory(_, let exists): exists
            case .metafile, .stageOrPath, .path: false
            }
        }
        for (index, target) in targets.enumerated() {
            let named = stages.filter { target.names($0) }
            stageKeys.append(Set(named.map(\.key)))
            revisionsOfStages.append(Set(named.map(\.revision)))
            if !named.isEmpty { isFound[index] = true }
        }
    }

    /// The stages that any target names.
    var allStageKeys: Set<CollectedStage.Key> { stageKeys.reduce([]) { $0.union($1) } }

    /// The parts of an out that the targets name as a path; empty when they do not.
    mutating func parts(
        ofOutAt path: FilePath, isDirectory: Bool, in root: FilePath, at revision: Revision
    ) -> [OutPart] {
        var parts: [OutPart] = []
        for (index, target) in targets.enumerated() where target.root == root {
            let sought: FilePath
            switch target.kind {
            case .everything:
                parts.append(.whole)
                continue
            case .metafile: continue
            case .stageOrPath(_, _, let path):
                if revisionsOfStages[index].contains(revision) { continue }
                sought = path
            case .path(let path), .directory(let path, _): sought = path
            }
            guard let inside = sought.relative(to: path), inside.isEmpty || isDirectory else {
                continue
            }
            parts.append(inside.isEmpty ? .whole : .below(inside))
            isFound[index] = true
        }
        return parts
    }
}

extension TargetMatcher.Target {
    /// Whether the target names this stage, by its metafile or its own name.
    fileprivate func names(_ stage: CollectedStage) -> Bool {
        switch kind {
        case .everything, .path: return false
        case .metafile(let path, let name):
            guard stage.metafile == path, stage.root == root else { return false }
            // A `.dvc` file has but one, and DVC takes any name for it.
            guard let name, let own = stage.name else { return true }
            return own == name || stage.group == name
        case .stageOrPath(let name, let pipeline, _):
            guard stage.metafile == pipeline, stage.root == root, let own = stage.name else {
                return false
            }
            return own == name || stage.group == name
        case .directory(let path, _):
            guard stage.root == root, let below = stage.metafile.relative(to: path) else {
                return false
            }
            return !below.isEmpty
        }
    }
}
