/// What makes outs: a `.dvc` file, or one stage of a `dvc.yaml`.
package struct Stage: Equatable, Sendable {
    /// `name`, or `name@key` for a member of a group; `nil` for a `.dvc` file.
    package let name: String?
    /// What the stage reads, parameters files among it; locations as those of outs.
    ///
    /// What is imported from another repository or a database is made by nothing here.
    package let dependencies: [OutLocation]
    package let outs: [Out]
    /// What tells whether the stage is up to date, besides its outs.
    package let state: StageState
    /// What stands in the `dvc.yaml`, templates filled in; `nil` for a `.dvc` file.
    let definition: PipelineStage?

    /// The group that a member `name@key` belongs to; `nil` for anything else.
    package var group: String? {
        guard let name, let at = name.utf8.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        return String(name[..<at])
    }
}
