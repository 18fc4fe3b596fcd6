package import Basics
internal import DVC
package import Git

/// A stage that targets mean, and how much of it.
package struct SelectedStage: Sendable {
    package let stage: CollectedStage
    /// Only outs that this is, or lies in, from the top of the repository; `nil` for all.
    package let part: FilePath?
}

/// The stages of the working copy that targets mean, and what stands in the way of knowing them.
package struct SelectedStages: Sendable {
    /// In the order of the targets; those of one target by directory, the upper ones first.
    package var stages: [SelectedStage] = []
    package var problems: [PlanProblem] = []
    /// Things to tell the user that hinder nothing.
    package var notes: [String] = []
    /// Where the objects of each DVC root are on this machine; nothing for one without outs.
    package var cacheDirectories: [FilePath: FilePath] = [:]
    /// Whether nothing at all is tracked, selected or not.
    package var tracksNothing = false
}

/// Turns targets into the stages that they mean, for status.
///
/// A broken metafile becomes a problem and does not hide the others. Used from one task at a time.
package final class StageCollector {
    private let repository: GitRepository
    private let collector: OutCollector

    package init(_ repository: GitRepository, sources: ConfigurationSources) {
        self.repository = repository
        collector = OutCollector(
            RevisionReader(repository), Configurations(sources, in: repository), keepsStages: true)
    }

    /// The stages of the working copy that a selection means; its revisions are not looked at.
    ///
    /// Throws ``TargetError``, `SubprocessError`, `SystemError`.
    ///
    /// Source: `collect_granular` in DVC 3.67 `repo/stage.py`.
    package func collect(
        _ selection: DataSelection, from standpoint: Standpoint
    ) throws -> SelectedStages {
        let targets = try TargetMatcher.Target.all(of: selection, from: standpoint)
        var search = TargetSearch(targets, withDependencies: selection.withDependencies)
        let places = try repository.workspaceMetafiles()
            .filter { path in search.roots.contains { path.relative(to: $0) != nil } }
            .map { MetafilePlace(.workspace, $0) }
        try collector.collect(places.filter(search.mayConcern), in: search.roots)
        let found = collector.take()
        search.take(found.stages, found.data, of: places)
        try search.checkFound(from: standpoint)

        let stages = found.stages.inWalkOrder
        var result = SelectedStages()
        result.problems = search.result.problems
        result.notes = search.result.notes
        result.tracksNothing = found.stages.isEmpty && found.data.problems.isEmpty
        for out in found.data.outs {
            result.cacheDirectories[out.root] = out.configuration.cacheDirectory
        }
        result.stages = Self.select(targets, among: stages, selection.withDependencies)
        return result
    }

    private static func select(
        _ targets: [TargetMatcher.Target], among stages: [CollectedStage], _ withDependencies: Bool
    ) -> [SelectedStage] {
        let matcher = TargetMatcher(targets, stages)
        var selected: [SelectedStage] = []
        for (index, target) in targets.enumerated() {
            let keys = matcher.stageKeys[index]
            if case .everything = target.kind {
                selected += stages.map { SelectedStage(stage: $0, part: nil) }
            } else if !keys.isEmpty {
                let named = stages.filter { keys.contains($0.key) }
                selected += named.map { SelectedStage(stage: $0, part: nil) }
                guard withDependencies else { continue }
                let needed = StageGraph(stages).ancestors(of: keys).subtracting(keys)
                selected += stages.filter { needed.contains($0.key) }
                    .map { SelectedStage(stage: $0, part: nil) }
            } else if let path = target.path,
                let owner = stages.first(where: { $0.hasOut(holding: path, in: target.root) })
            {
                selected.append(SelectedStage(stage: owner, part: path))
            }
        }
        return uniqued(selected)
    }

    /// Each stage once, where it was selected first and as it was selected last.
    private static func uniqued(_ selected: [SelectedStage]) -> [SelectedStage] {
        var positions: [CollectedStage.Key: Int] = [:]
        var result: [SelectedStage] = []
        for one in selected {
            if let position = positions[one.stage.key] {
                result[position] = one
            } else {
                positions[one.stage.key] = result.count
                result.append(one)
            }
        }
        return result
    }
}

extension [CollectedStage] {
    /// In the order in which a walk finds their metafiles, the files of a directory before those below.
    var inWalkOrder: [CollectedStage] {
        enumerated().sorted { left, right in
            let before = left.element.metafile.walkKey
            let after = right.element.metafile.walkKey
            return before == after ? left.offset < right.offset : before < after
        }.map(\.element)
    }
}

extension CollectedStage {
    fileprivate func hasOut(holding path: FilePath, in root: FilePath) -> Bool {
        self.root == root && outs.contains { path.relative(to: $0) != nil }
    }
}

extension TargetMatcher.Target {
    /// The path that it means when it names no stage.
    fileprivate var path: FilePath? {
        switch kind {
        case .everything, .metafile, .directory(_, exists: true): nil
        case .stageOrPath(_, _, let path), .path(let path), .directory(let path, exists: false):
            path
        }
    }
}

/// Orders files as a walk finds them that reads the files of a directory before those below it.
private struct WalkKey: Comparable {
    let directory: FilePath
    let name: FilePath

    static func < (left: WalkKey, right: WalkKey) -> Bool {
        (left.directory, left.name) < (right.directory, right.name)
    }
}

extension FilePath {
    fileprivate var walkKey: WalkKey { WalkKey(directory: parent, name: lastComponent) }
}
