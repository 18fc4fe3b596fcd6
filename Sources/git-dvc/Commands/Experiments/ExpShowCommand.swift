import Basics
import Git
import Workflows

let expShow = CommandDescription(
    name: "exp show",
    summary: "Prints a table of experiments with their metrics and parameters.",
    synopsis: "[<options>] [<git remote>]",
    arguments: [
        (
            "<git remote>",
            "show what 'git fetch' brought of the experiments of this Git remote; by default the local "
                + "ones"
        )
    ],
    argumentCount: 0...1,
    options: scopeOptions(default: "; by default HEAD") + [
        OptionDescription("all-branches", "a", "those made from the tips of all branches"),
        OptionDescription("all-tags", "T", "those made from all tags"),
        OptionDescription("json", "everything that is known, as JSON in DVC's form"),
        OptionDescription("csv", "the table as comma-separated values, times and numbers in full"),
        OptionDescription("md", "the table in Markdown"),
        OptionDescription("only-changed", "only columns in which something differs"),
        OptionDescription(
            "drop", nil, value: "pattern", "without the columns that a pattern matches"),
        OptionDescription(
            "keep", nil, value: "pattern", "the columns that a pattern matches in any case"),
        OptionDescription("param-deps", "only parameters that a stage reads"),
        OptionDescription(
            "sort-by", nil, value: "column", "by this metric or parameter: name or file:name"),
        OptionDescription("sort-order", nil, value: "asc|desc", "ascending, or descending"),
        OptionDescription(
            "precision", nil, value: "n", "digits of numbers; 5 by default, with --csv all"),
        OptionDescription("sha", "ids of commits instead of names of branches and tags"),
        OptionDescription("hide-workspace", "without the row for the working copy"),
        OptionDescription("hide-queued", "without experiments that wait to be run"),
        OptionDescription("hide-failed", "without experiments that were run and failed"),
        OptionDescription("no-pager", "no effect: the table is never piped into a pager"),
        OptionDescription("no-fetch", "no effect: running experiments are not asked"),
        OptionDescription("force", "f", "no effect: nothing is kept from the time before"),
    ] + verbosityOptions,
    examples: [
        ("git dvc exp show", "the experiments made from the current commit"),
        ("git dvc exp show -A --only-changed", "all of them, without what is the same everywhere"),
        ("git dvc exp show origin --sort-by acc --sort-order desc", "the best of colleagues first"),
    ],
    run: { arguments, invocation in
        var options = ExperimentShowOptions()
        options.scope = try arguments.experimentScope()
        options.includesBranches = arguments.has("all-branches")
        options.includesTags = arguments.has("all-tags")
        options.hidesWorkspace = arguments.has("hide-workspace")
        options.hidesQueued = arguments.has("hide-queued")
        options.hidesFailed = arguments.has("hide-failed")
        options.hidesNames = arguments.has("sha")
        options.stageParametersOnly = arguments.has("param-deps")
        options.remote = arguments.positionals.first
        let format = try arguments.choice(of: ["json", "csv", "md"])
        let style = try arguments.style(isCSV: format == "csv")
        let keep = try arguments.patterns("keep")
        let drop = try arguments.patterns("drop")
        let states: [ExperimentState]
        let session = try invocation.experimentSession()
        do {
            states = try ExperimentShow(session, options).run()
        } catch let error where error is ExperimentError || error is NoTrackedExperimentsError {
            printError(error)
            return ExitCode.failure
        }
        if format == "json" {
            printResult(states.json)
            return 0
        }
        var table = try ExperimentTable(states, style)
        table.keep { name in keep.contains { $0.matches(name) } }
        let empty = ["State", "Executor"].filter { name in
            table.columns.first { $0.name == name }.map(table.isEmpty) ?? false
        }
        table.drop { empty.contains($0.name) }
        if format != "csv" { table.joinNames() }
        if arguments.has("only-changed") { table.drop { Set($0.cells).count == 1 } }
        table.drop { column in drop.contains { $0.matches(column.name) } }
        switch format {
        case "csv": write(table.csv, to: 1)
        case "md": write(table.markdown, to: 1)
        default: if table.rowCount > 0 { write(table.text, to: 1) }
        }
        return 0
    })

extension Arguments {
    fileprivate func style(isCSV: Bool) throws(UsageError) -> ExperimentTable.Style {
        var style = ExperimentTable.Style()
        if isCSV { (style.fill, style.precision, style.isISO) = ("", nil, true) }
        if let precision = try count("precision"), precision > 0 { style.precision = precision }
        let order = value("sort-order") ?? "asc"
        guard ["asc", "desc"].contains(order) else {
            throw UsageError(
                summary: "'--sort-order' takes 'asc' or 'desc', not '\(order)'", advice: nil)
        }
        if let name = value("sort-by") { style.sort = (name, order == "desc") }
        return style
    }

    fileprivate func patterns(_ option: String) throws(UsageError) -> [ColumnPattern] {
        var patterns: [ColumnPattern] = []
        for text in values(option) {
            guard let pattern = ColumnPattern(text) else {
                throw UsageError(
                    summary: "'--\(option)' takes a regular expression, not '\(text)'", advice: nil)
            }
            patterns.append(pattern)
        }
        return patterns
    }
}

/// A regular expression that a name must begin with.
private struct ColumnPattern {
    private let expression: Regex<AnyRegexOutput>

    init?(_ text: String) {
        // What is wrong with it, the user sees best.
        guard let expression = try? Regex(text) else { return nil }
        self.expression = expression
    }

    func matches(_ name: String) -> Bool { (try? expression.prefixMatch(in: name)) != nil }
}
