package import Basics
package import Git

/// What the user asked for when pushing or pulling experiments.
package struct ExperimentTransferOptions: Sendable {
    package var scope = ExperimentScope()
    /// `-f`: an experiment that has diverged is replaced.
    package var isForced = false
    /// Not with `--no-cache`.
    package var includesData = true
    /// `-r`: only this DVC remote.
    package var dvcRemote: String?
    /// `-j`.
    package var jobs: Int?
    /// `--run-cache`.
    package var includesRunCache = false
    package var isDryRun = false
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// An experiment that a Git remote did not take.
package struct RefusedExperimentError: UserFacingError {
    package let experiment: ExperimentRef
    package let remote: String
    /// In Git's words.
    package let why: String

    package var summary: String {
        "Git remote '\(withoutPassword(remote))' did not take experiment '\(experiment.name)': \(why)"
    }

    package var advice: String? {
        why.contains("stale info")
            ? "it was changed there meanwhile; look at it with 'git dvc exp pull', then push again"
            : nil
    }
}

/// An experiment that is not pushed, for reasons that are told beside this.
package struct WithheldExperimentError: UserFacingError {
    package let experiment: ExperimentRef

    package var summary: String {
        "experiment '\(experiment.name)' is not pushed: not all of its data is on its remote"
    }
}
