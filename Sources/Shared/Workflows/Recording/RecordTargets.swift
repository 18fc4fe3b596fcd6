package import Basics
internal import DVC
internal import Planning

/// A target of `commit` or `remove` that means nothing, or that this version leaves to real DVC.
///
/// Ends the command with 1, as in DVC.
package struct RecordingTargetError: UserFacingError {
    package enum Reason: Sendable {
        case unknown
        /// The path of an out where its `.dvc` file is asked for.
        case out(metafile: FilePath)
        case missing
        case changed
        /// A stage whose dependencies, outs or command are not what was recorded.
        case changedStage
        case missingInput
        case stage(String)
        case changedImport
        case templated
        case unsaved
    }

    package let target: String
    package let reason: Reason

    package var summary: String {
        switch reason {
        case .unknown: "'\(target)' is neither a tracked path nor a '.dvc' file nor a stage"
        case .out: "'\(target)' is not a '.dvc' file"
        case .missing: "'\(target)' does not exist, so there is nothing to record"
        case .changed: "'\(target)' is not what its '.dvc' file says; nothing is recorded"
        case .changedStage: "the stage '\(target)' has changed; nothing is recorded"
        case .missingInput: "the dependency '\(target)' does not exist"
        case .stage(let name): "'\(target)' has the stage '\(name)', which is not supported yet"
        case .changedImport: "'\(target)' is an import and was changed, which is not supported yet"
        case .templated: "'\(target)' is made from a template and cannot be removed alone"
        case .unsaved: "'\(target)' has changes that are saved nowhere; it is left as it is"
        }
    }

    package var advice: String? {
        switch reason {
        case .unknown, .missing, .missingInput: nil
        case .out(let metafile): "did you mean '\(metafile)'?"
        case .changed, .changedStage: "record what is there with '-f'"
        case .stage: "use real DVC for it: 'dvc commit'"
        case .changedImport: "use real DVC for it: 'dvc commit -f'"
        case .templated: "edit 'dvc.yaml'"
        case .unsaved: "record it with 'git dvc add', or remove the file yourself"
        }
    }
}

extension RecordingSession {
    /// A path that the user wrote, relative to the top of the repository; `nil` outside of it.
    func path(_ word: FilePath) -> FilePath? {
        let here = session.directory.resolved ?? session.directory
        return here.appending(word).normalized.relative(to: top)
    }
}
