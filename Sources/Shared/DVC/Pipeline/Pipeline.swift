/// The outs of a `dvc.yaml` with the ids that its `dvc.lock` has for them.
package struct Pipeline: Equatable, Sendable {
    /// In the order of the file, those without outs among them.
    package let stages: [Stage]
    package var outs: [Out] { stages.flatMap(\.outs) }

    /// Brings both files together; without a lock file no out has an id.
    ///
    /// Entries belong together when stage name and path are the same text. What only the lock file
    /// has is left out, because DVC ignores it.
    ///
    /// Source: dvc-compat 3.5; `StageLoader.fill_from_lock` in DVC 3.67 `stage/loader.py`.
    package init(_ definition: PipelineDefinition, lock: PipelineLock? = nil) {
        var locked: [[UInt8]: PipelineLock.Stage] = [:]
        for stage in lock?.stages ?? [] { locked[Array(stage.name.utf8)] = stage }
        stages = definition.stages.map { stage in
            let entry = locked[Array(stage.name.utf8)]
            return Stage(
                name: stage.name, dependencies: stage.dependencies,
                outs: stage.outs(locked: entry), state: StageState(stage, locked: entry),
                definition: stage)
        }
    }
}

extension PipelineStage {
    fileprivate func outs(locked: PipelineLock.Stage?) -> [Out] {
        var entries: [[UInt8]: PipelineLock.Entry] = [:]
        for entry in locked?.outs ?? [] { entries[Array(entry.path.utf8)] = entry }
        return outs.map { out in
            let entry = entries[Array(out.path.utf8)]
            return Out(
                at: OutLocation(out.path, in: wdir), data: entry?.data ?? OutData(),
                content: entry?.content ?? RecordedContent(), flags: out.flags, stage: name,
                line: out.line)
        }
    }
}
