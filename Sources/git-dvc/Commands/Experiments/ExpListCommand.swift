import Basics
import Git
import Workflows

let expList = CommandDescription(
    name: "exp list",
    summary: "Lists the experiments here, or those of a Git remote.",
    synopsis: "[<options>] [<git remote>]",
    arguments: [("<git remote>", "the name or URL of a Git remote")],
    argumentCount: 0...1,
    options: scopeOptions(default: "; by default HEAD") + [
        OptionDescription("name-only", "only the names"),
        OptionDescription("names-only", "the same"),
        OptionDescription("sha-only", "only the ids of the commits; not with a Git remote"),
        OptionDescription("shas-only", "the same"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
    ] + verbosityOptions,
    examples: [
        ("git dvc exp list", "the experiments made from the current commit"),
        ("git dvc exp list --all-commits origin", "all that are on the Git remote 'origin'"),
        ("git dvc exp list -A --name-only", "only names, for a script"),
    ],
    run: { arguments, invocation in
        let namesOnly = arguments.has("name-only") || arguments.has("names-only")
        let idsOnly = arguments.has("sha-only") || arguments.has("shas-only")
        if namesOnly, idsOnly {
            throw UsageError(
                summary: "'--name-only' and '--sha-only' exclude each other", advice: nil)
        }
        let scope = try arguments.experimentScope()
        let remote = try arguments.positionals.first.map { try ExperimentRemote($0) }
        if idsOnly, remote != nil {
            printMessage("error", "'--sha-only' does not go with a Git remote")
            return ExitCode.unexpected
        }
        let session = try invocation.experimentSession()
        let listing = try remote?.beginListing(in: session.repository, session.config)
        let found = try ExperimentListing(scope, in: session.repository, remote: listing)
        if arguments.has("quiet") { return 0 }
        if arguments.has("json") {
            try printJSON(found)
        } else {
            write(text(of: found, namesOnly, idsOnly, hasIDs: remote == nil), to: 1)
        }
        return 0
    },
    aliases: ["ls"])

/// What DVC prints (dvc-compat 6.6), sorted.
private func text(
    of listing: ExperimentListing, _ namesOnly: Bool, _ idsOnly: Bool, hasIDs: Bool
) -> String {
    var text = ""
    for group in listing.groups {
        if !namesOnly, !idsOnly { text += "\(printable(group.title)):\n" }
        for experiment in group.experiments {
            let name = printable(experiment.ref.name)
            if namesOnly {
                text += "\(name)\n"
            } else if idsOnly {
                text += "\(experiment.tip)\n"
            } else if hasIDs {
                text += "\t\(experiment.tip.hex.prefix(7)) [\(name)]\n"
            } else {
                text += "\t\(name)\n"
            }
        }
    }
    return text
}

private func printJSON(_ listing: ExperimentListing) throws {
    struct Entry: Encodable {
        let name: String
        let ref: String
        let rev: String
        let baseline: String
        let baselineName: String
    }
    let entries = listing.groups.flatMap { group in
        group.experiments.map {
            Entry(
                name: $0.ref.name, ref: $0.ref.description, rev: $0.tip.hex,
                baseline: group.baseline.hex, baselineName: group.title)
        }
    }
    printResult(try jsonText(entries))
}
