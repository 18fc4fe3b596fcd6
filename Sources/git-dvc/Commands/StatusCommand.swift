import Workflows

let statusCommand = CommandDescription(
    name: "status",
    summary: "Shows what has changed in the working copy, or what a remote lacks.",
    synopsis: "[<options>] [<target>...]",
    arguments: [
        (
            "<target>",
            "a metafile, stage or group, or the path of an out or of something in it"
        )
    ],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("cloud", "c", "compare the cache with the default remote"),
        OptionDescription(
            "remote", "r", value: "name", "compare the cache with this DVC remote"),
        OptionDescription("jobs", "j", value: "n", "how many requests at a time"),
    ] + selectionOptions + [
        OptionDescription(
            "check-members", isOurs: true,
            "ask for every member of a directory, even when its list is there"),
        OptionDescription("json", "the result as JSON on standard output"),
        OptionDescription(
            "no-updates", "ask no repository that data was imported from for updates"),
        OptionDescription("quiet", "q", "say nothing: exit with 1 when anything differs"),
        OptionDescription("verbose", "v", "for scripts that say this to DVC; nothing more is said"),
    ],
    examples: [
        ("git dvc status", "what has changed since the data was recorded"),
        ("git dvc status -c", "what a push would upload, and what only the remote has"),
        ("git dvc status -c -A --json", "the same for all commits, for a script"),
    ],
    run: { arguments, invocation in
        if arguments.has("cloud") || arguments.value("remote") != nil {
            return try await cloudStatus(arguments, invocation)
        }
        return try await localStatus(arguments, invocation)
    })
