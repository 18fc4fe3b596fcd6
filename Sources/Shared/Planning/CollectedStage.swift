package import Basics
package import DVC

/// A stage as one revision has it: a `.dvc` file, or one of a `dvc.yaml`.
package struct CollectedStage: Sendable {
    let revision: Revision
    /// The `.dvc` file or the `dvc.yaml`, from the top of the repository, as all paths here.
    package let metafile: FilePath
    /// The file with the ids: the `.dvc` file or the `dvc.lock`.
    let idFile: FilePath
    /// `nil` for a `.dvc` file.
    package let name: String?
    let group: String?
    /// The DVC root.
    package let root: FilePath
    /// All that its metafile says; `nil` for one of a commit, of which many are held, unless asked for.
    package let stage: Stage?
    package let outs: [FilePath]
    /// Files and directories that it reads; none for imports from elsewhere.
    let dependencies: [FilePath]

    init(
        _ stage: Stage, of unit: MetafileUnit, _ kind: Metafile.Kind, in root: FilePath,
        keepsContent: Bool = false
    ) {
        revision = unit.place.revision
        metafile = unit.metafile
        idFile = unit.place.path
        name = stage.name
        group = stage.group
        self.root = root
        self.stage = keepsContent || revision == .workspace ? stage : nil
        outs = stage.outs.compactMap { unit.path(of: $0.location) }
        dependencies = stage.dependencies.compactMap(unit.path(of:))
    }

    /// What an out knows of the stage that it is from.
    struct Key: Hashable {
        let revision: Revision
        let metafile: FilePath
        let name: String?
    }

    var key: Key { Key(revision: revision, metafile: metafile, name: name) }
}

extension CollectedOut {
    var stageKey: CollectedStage.Key {
        CollectedStage.Key(revision: needed.revision, metafile: metafile, name: out.stage)
    }
}

extension UnidentifiedOut {
    var stageKey: CollectedStage.Key {
        CollectedStage.Key(revision: revision, metafile: metafile, name: out.stage)
    }
}
