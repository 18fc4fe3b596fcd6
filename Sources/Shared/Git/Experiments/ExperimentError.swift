internal import Basics

/// What a user asked of experiments and cannot have.
package enum ExperimentError: UserFacingError, Equatable {
    /// Names that no experiment has; `remote` is the Git remote on which they were looked for.
    case unknownNames([String], remote: String?)
    /// A name that several experiments have, none of them made from the commit that is checked out.
    case ambiguousName(String, [ExperimentRef])
    /// A full ref name that is none of an experiment.
    case noExperimentRef(String)
    /// A word that names neither a commit nor an experiment.
    case unknownRevision(String)
    /// A commit that belongs to no experiment.
    case notOfAnExperiment(String)
    /// An experiment whose ref names something else than a commit.
    case noCommit(ExperimentRef)
    /// A word that cannot be the name of an experiment or a branch.
    case badName(String)
    /// A name that is taken already.
    case exists(ExperimentRef)
    case branchExists(String)

    package var summary: String {
        switch self {
        case .unknownNames(let names, let remote?):
            "experiment '\(names.joined(separator: "; "))' does not exist in "
                + "'\(withoutPassword(remote))'"
        case .unknownNames(let names, nil):
            "'\(names.joined(separator: "; "))' "
                + (names.count > 1
                    ? "are not valid experiment names" : "is not a valid experiment name")
        case .ambiguousName(let name, let refs):
            "ambiguous name '\(name)' refers to \(refs.count) experiments"
        case .noExperimentRef(let ref): "'\(ref)' is not a valid experiment refname"
        case .unknownRevision(let name): "unknown Git revision '\(name)'"
        case .notOfAnExperiment(let name):
            "'\(name)' does not appear to be an experiment commit"
        case .noCommit(let ref): "'\(ref)' names no commit"
        case .badName(let name): "'\(name)' cannot be the name of an experiment or a branch"
        case .exists(let ref): "experiment '\(ref.name)' exists already, made from the same commit"
        case .branchExists(let name): "Git branch '\(name)' already exists"
        }
    }

    package var advice: String? {
        switch self {
        case .unknownNames(_, let remote?):
            "'git dvc exp list --all-commits \(withoutPassword(remote))' lists what is there"
        case .unknownNames(_, nil), .notOfAnExperiment:
            "'git dvc exp list --all-commits' lists all experiments"
        case .ambiguousName(_, let refs):
            "use one of the full names: \(refs.map(\.description).joined(separator: ", "))"
        case .noExperimentRef: "experiments are called refs/exps/<2 digits>/<38 digits>/<name>"
        case .unknownRevision, .noCommit: nil
        case .badName:
            "the rules are those of git check-ref-format; an experiment's name has no '/'"
        case .exists: "choose another name, or replace it with '--force'"
        case .branchExists: "choose another name for the branch"
        }
    }
}
