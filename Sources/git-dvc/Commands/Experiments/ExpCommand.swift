import Basics
import Git
import Workflows

let expCommand = CommandDescription(
    name: "exp",
    summary: "Lists experiments, sends them to Git remotes, gets them, and works with them.",
    examples: [
        ("git dvc exp list origin --all-commits", "what colleagues have published"),
        ("git dvc exp push origin exp-1", "publish an experiment with its data"),
        ("git dvc exp pull origin exp-1", "get it elsewhere, with its data"),
    ],
    subcommands: [
        expList, expShow, expPush, expPull, expApply, expBranch, expRemove, expRename,
    ],
    aliases: ["experiments"])

/// The options that say which experiments are meant, apart from names.
func scopeOptions(default text: String) -> [OptionDescription] {
    [
        OptionDescription("all-commits", "A", "all experiments, whatever they were made from"),
        OptionDescription("rev", nil, value: "commit", "those made from this commit\(text)"),
        OptionDescription(
            "num", "n", value: "n", "and from its first parents, n commits in all; -1 for all"),
    ]
}

extension Arguments {
    /// What the options of ``scopeOptions(default:)`` and these names select.
    func experimentScope(names: [String] = []) throws(UsageError) -> ExperimentScope {
        var scope = ExperimentScope()
        scope.isAll = has("all-commits")
        scope.names = names
        scope.revisions = values("rev")
        if let text = value("num") {
            guard let count = Int(text) else {
                throw UsageError(summary: "'--num' takes a number, not '\(text)'", advice: nil)
            }
            scope.count = count
        }
        return scope
    }
}

extension Invocation {
    /// The session of a command that works with experiments, which only a DVC repository has.
    func experimentSession() throws -> Session {
        let session = try start.map { try Session($0) } ?? session()
        _ = try session.standpoint()
        return session
    }
}
