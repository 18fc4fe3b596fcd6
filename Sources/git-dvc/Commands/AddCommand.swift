import Basics
import Workflows

let addCommand = CommandDescription(
    name: "add",
    summary: "Puts files and directories under DVC: into the cache and a '.dvc' file.",
    synopsis: "[<options>] <path>...",
    arguments: [("<path>", "a file or directory; a '.dvc' file is written beside it")],
    argumentCount: 1...Int.max,
    options: [
        OptionDescription("no-commit", "write the '.dvc' file, and nothing into the cache"),
        OptionDescription("glob", "the paths are patterns, with '**' for any directories"),
        OptionDescription("out", "o", value: "path", "not supported: use 'dvc add -o'"),
        OptionDescription("to-remote", "not supported: use 'dvc add --to-remote'"),
        OptionDescription("remote", "r", value: "name", "only with --to-remote"),
        OptionDescription("remote-jobs", nil, value: "n", "only with --to-remote"),
        OptionDescription(
            "force", "f", "taken for the sake of DVC, which needs it with --out only"),
        OptionDescription("no-relink", "do not make the files links to the cache"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [
        ("git dvc add data", "track a directory, with one '.dvc' file for all of it"),
        ("git dvc add data/new.csv", "record one more file of a tracked directory"),
    ],
    run: { arguments, invocation in
        if let refusal = refusal(of: arguments) {
            printError(refusal)
            return ExitCode.failure
        }
        var options = AddOptions()
        options.commits = !arguments.has("no-commit")
        options.relinks = !arguments.has("no-relink")
        options.hasPatterns = arguments.has("glob")
        let workflow = try AddWorkflow(try invocation.session(), options)
        let report = try await failingWithOne {
            try await workflow.run(arguments.positionals.map { FilePath($0) })
        }
        guard let report else { return ExitCode.failure }
        show(report, isQuiet: arguments.has("quiet"))
        return 0
    })

/// What DVC refuses, and what this version leaves to it.
private func refusal(of arguments: Arguments) -> (any UserFacingError)? {
    let needsRemote = ["remote", "remote-jobs"].first { arguments.value($0) != nil }
    if !arguments.has("to-remote"), arguments.value("out") == nil {
        return needsRemote.map {
            UsageError(summary: "--\($0) can't be used without --to-remote", advice: nil)
        }
    }
    let option = arguments.has("to-remote") ? "--to-remote" : "--out"
    let others = [
        (arguments.positionals.count != 1, "multiple targets"),
        (arguments.has("glob"), "--glob option"),
        (arguments.has("no-commit"), "--no-commit option"),
    ]
    if let other = others.first(where: { $0.0 })?.1 {
        return UsageError(summary: "\(other) can't be used with \(option)", advice: nil)
    }
    return UsageError(
        summary: "'git dvc add \(option)' is not supported yet",
        advice: "use real DVC for it: 'dvc add \(option)'")
}
