import Basics
import Workflows

let initCommand = CommandDescription(
    name: "init",
    summary: "Makes this Git repository, or a part of it, a DVC repository.",
    synopsis: "[<options>] [<directory>]",
    arguments: [("<directory>", "where; the current one without it")],
    argumentCount: 0...1,
    options: [
        OptionDescription("subdir", "in a directory that is not the top of the Git repository"),
        OptionDescription(
            "force", "f", "replace an existing '.dvc' directory, all of its cache included"),
        OptionDescription("no-scm", "not supported: this is a part of Git"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [("git dvc init", "then: git commit -m 'Initialize DVC'")],
    run: { arguments, invocation in
        if arguments.has("no-scm") {
            printError(
                UsageError(
                    summary: "'--no-scm' makes a repository without Git, and this is a part of Git",
                    advice: "use real DVC for it: 'dvc init --no-scm'"))
            return ExitCode.failure
        }
        let directory = invocation.directory.appending(arguments.positionals.first ?? "").normalized
        let done: Void? = try await failingWithOne {
            let workflow = InitWorkflow(
                directory, environment: invocation.environment, isPart: arguments.has("subdir"),
                replaces: arguments.has("force"))
            try workflow.run()
        }
        guard done != nil else { return ExitCode.failure }
        if !arguments.has("quiet") {
            printResult(
                """
                Initialized DVC repository.

                You can now commit the changes to git.

                What's next?
                ------------
                - Put data under DVC: git dvc add <path>
                - Have 'git push' bring the data along: git dvc install
                """)
        }
        return 0
    })
