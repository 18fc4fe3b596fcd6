package import Basics
package import Git
package import Planning

/// What is pushed.
package enum PushSource: Sendable {
    /// What the user selects, by default all of the working copy.
    case selection(DataSelection)
    /// What a pre-push hook is told.
    case refs([RefUpdate], to: PushedRemote)
    /// All outs of experiments.
    case experiments([PushedExperiment], to: ExperimentRemote)

    /// The Git remote that it goes to; `nil` when only the data goes anywhere.
    var gitRemoteName: String? {
        switch self {
        case .selection: nil
        case .refs(_, let remote): remote.name
        // A URL is the name of no remote, and so of no setting.
        case .experiments(_, let remote): remote.name
        }
    }
}

/// An experiment whose data is pushed.
package struct PushedExperiment: Sendable {
    package let experiment: Experiment
    /// The commits whose data is its own, the tip among them.
    package let commits: [GitOID]
}

/// What the user asked for.
package struct PushOptions: Sendable {
    /// `-r`: only these data remotes.
    package var remotes: [String] = []
    /// `--run-cache`: the record of past runs as well.
    package var includesRunCache = false
    /// `-j`.
    package var jobs: Int?
    package var isDryRun = false
    /// `--check-members`: a directory's list on a remote, or in our records, proves nothing.
    package var checksMembers = false
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}
