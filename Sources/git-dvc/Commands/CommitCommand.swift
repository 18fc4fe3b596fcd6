import Basics
import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

let commitCommand = CommandDescription(
    name: "commit",
    summary: "Records what tracked files and directories hold now, and puts it into the cache.",
    synopsis: "[<options>] [<target>...]",
    arguments: [("<target>", "a tracked path, a '.dvc' file or a stage; without any, all of them")],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("force", "f", "also what changed, without a question"),
        OptionDescription("with-deps", "d", "also the stages that the targets need"),
        OptionDescription("recursive", "R", "a directory stands for all '.dvc' files below it"),
        OptionDescription("data-only", "pass over the stages of 'dvc.yaml'"),
        OptionDescription("no-relink", "do not make the files links to the cache"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [
        ("git dvc commit -f data.dvc", "record what was changed in 'data'"),
        ("git dvc commit -f train", "record what the stage 'train' reads and makes"),
    ],
    run: { arguments, invocation in
        var options = CommitOptions()
        options.isForced = arguments.has("force")
        options.isRecursive = arguments.has("recursive")
        options.withDependencies = arguments.has("with-deps")
        options.isDataOnly = arguments.has("data-only")
        options.relinks = !arguments.has("no-relink")
        if isatty(0) == 1 { options.confirm = confirm }
        let workflow = try CommitWorkflow(try invocation.session(), options)
        let done: Void? = try await failingWithOne {
            try await workflow.run(arguments.positionals.map { FilePath($0) }) { report in
                // Real DVC says nothing about Git here.
                show(report, isQuiet: true)
                if arguments.has("quiet") { return }
                for lock in report.newLocks { printResult("Generating lock file '\(lock)'") }
                for lock in report.changedLocks { printResult("Updating lock file '\(lock)'") }
            }
        }
        return done == nil ? ExitCode.failure : 0
    })

/// Asks a question on the terminal.
@Sendable func confirm(_ question: String) -> Bool {
    write("\(printable(question)) [y/n] ", to: 2)
    return readLine().map { ["y", "yes"].contains($0.lowercased()) } ?? false
}

let removeCommand = CommandDescription(
    name: "remove",
    summary: "Takes data, or stages of 'dvc.yaml', out of DVC; the files stay.",
    synopsis: "[<options>] <target>...",
    arguments: [("<target>", "a '.dvc' file or the name of a stage")],
    argumentCount: 1...Int.max,
    options: [
        OptionDescription("outs", "remove the data from the working copy as well"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [("git dvc remove data.dvc", "let go of 'data'")],
    run: { arguments, invocation in
        let workflow = try RemoveWorkflow(
            try invocation.session(), removesOuts: arguments.has("outs"))
        let done: Void? = try await failingWithOne { try await workflow.run(arguments.positionals) }
        return done == nil ? ExitCode.failure : 0
    })
