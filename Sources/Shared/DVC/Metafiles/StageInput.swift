/// Something that a stage reads, with what is recorded of it.
package enum StageInput: Equatable, Sendable {
    /// A file or a directory, or a URL.
    case content(at: OutLocation, RecordedContent)
    case parameters(ParameterDependency)
    case repository(ImportSource)
    /// Of a kind that we know nothing about: a query to a database, a dataset.
    case other(String)
}

/// The repository that an import is from.
package struct ImportSource: Equatable, Sendable {
    /// What was imported, as written.
    package let path: String
    /// The Git repository, as written.
    package let url: String
    /// The branch, tag or commit to follow; `nil` for the default branch.
    package let revision: String?
    /// The commit that was imported.
    package let lockedRevision: String?
    /// The data remote of that repository to ask (`remote:`); `nil` for its default.
    package var remoteName: String?
    /// What the import says of that repository's settings.
    package var settings = ImportSettings()
}

/// Settings that an import has for the repository it is from; they come from a tracked file.
///
/// Source: `RepoDependency._make_fs` in DVC 3.67 `dependency/repo.py`.
package struct ImportSettings: Equatable, Sendable {
    /// `config` with a path: a configuration file, relative to the DVC root.
    package var file: String?
    /// `config` with a map, written as a configuration file.
    package var bytes: [UInt8] = []
    /// `remote` with a map: options of the default remote.
    package var remoteOptions: [String: String] = [:]

    package init() {}

    /// Whether there are any.
    package var isEmpty: Bool { self == ImportSettings() }
}

/// What tells whether a stage is up to date, besides its outs.
package struct StageState: Equatable, Sendable {
    /// In the order in which DVC shows them: files, then parameters.
    package var inputs: [StageInput] = []
    package var isFrozen = false
    package var isAlwaysChanged = false
    /// Whether the command is another one than that which ran.
    package var isCommandChanged = false
    /// Whether an import was edited since DVC wrote it.
    package var isChecksumChanged = false
}

extension StageState {
    /// The state of a stage of a `dvc.yaml`.
    ///
    /// Source: `StageLoader.load_stage`, `Stage.is_callback` in DVC 3.67.
    init(_ stage: PipelineStage, locked: PipelineLock.Stage?) {
        let settings = stage.settings
        var entries: [[UInt8]: RecordedContent] = [:]
        for entry in locked?.dependencies ?? [] { entries[Array(entry.path.utf8)] = entry.content }
        inputs = settings.dependencies.map { path in
            if path.utf8.starts(with: "ds://".utf8) { return .other(path) }
            return .content(
                at: OutLocation(path, in: stage.wdir),
                entries[Array(path.utf8)] ?? RecordedContent())
        }
        inputs += settings.parameters.map { parameters in
            .parameters(
                ParameterDependency(
                    file: OutLocation(parameters.file, in: stage.wdir), names: parameters.names,
                    recorded: locked?.parameters[parameters.file]))
        }
        isFrozen = settings.isFrozen
        isAlwaysChanged = settings.isAlwaysChanged || inputs.isEmpty && stage.outs.isEmpty
        isCommandChanged = locked.map { !$0.command.isEqualInPython(to: settings.command) } ?? false
    }
}
