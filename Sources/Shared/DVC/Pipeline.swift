internal import Basics

/// The outs of a `dvc.yaml` with the ids that its `dvc.lock` has for them.
package struct Pipeline: Equatable, Sendable {
    package let outs: [Out]
    /// What could not be told exactly, for the caller to pass on.
    package let notes: [PipelineNote]

    /// Brings both files together; without a lock file no out has an id.
    ///
    /// Entries belong together when stage name and path are the same text. What only the lock file
    /// has is left out, because DVC ignores it; the exception are stages that need templates, whose
    /// outs are taken from the lock file and marked as uncertain.
    ///
    /// Source: dvc-compat 3.5, 3.6; `StageLoader.fill_from_lock` in DVC 3.67 `stage/loader.py`.
    package init(_ definition: PipelineDefinition, lock: PipelineLock? = nil) {
        let index = LockIndex(lock, definition: definition)
        var outs: [Out] = []
        var notes: [PipelineNote] = []
        for stage in definition.stages {
            let locked = index.stages(for: stage)
            outs += stage.literalOuts(locked: locked.first)
            guard stage.needsTemplates else { continue }
            for entry in locked { outs += stage.uncertainOuts(locked: entry) }
            notes.append(PipelineNote(stage: stage.name, line: stage.line))
        }
        self.outs = outs
        self.notes = notes
    }
}

/// A stage whose templates we do not resolve, so that its outs are uncertain.
package struct PipelineNote: Equatable, Sendable {
    package let stage: String
    /// In `dvc.yaml`, counted from 1.
    package let line: Int

    /// What to tell, without the file: lower case, one line.
    package var text: String {
        "the templates of stage \(quoted(stage)) are not resolved: its outs are taken from dvc.lock"
    }
}
