/// The completion for fish: for `git-dvc`, and for `git dvc` by asking for that.
///
/// It is read when fish starts, because fish's own completion of git knows commands on `PATH` but up
/// to 3.6 does not come to their files. Source: fish's complete(1) and `completions/git.fish`.
struct FishCompletion {
    private let commands: [CommandDescription]

    init(_ commands: [CommandDescription]) { self.commands = commands }

    var script: String {
        let family = commands.flatMap(\.family)
        let paths = family.map { quoted($0.name) }.joined(separator: " ")
        return """
            # Completion of 'git dvc' for fish, made by 'git dvc completion fish'.

            # Whether the words before the cursor are exactly the command $argv.
            function __git_dvc_at
                set -l known \(paths)
                set -l words (commandline -opc)
                set -l command
                for word in $words[2..-1]
                    contains -- (string join ' ' -- $command $word) $known
                    or break
                    set command $command $word
                end
                test "$command" = "$argv"
            end

            function __git_dvc_remotes
                git dvc completion remotes 2>/dev/null
            end

            # What fish offers for the same words behind `git-dvc`.
            function __git_dvc_of_git
                set -l words (commandline -opc)
                set -l start (contains -i -- dvc $words)
                or return 1
                set -l rest (string escape -- $words[(math $start + 1)..-1])
                complete -C (string join ' ' -- git-dvc $rest (commandline -ct))
            end

            complete -c git -n __fish_git_needs_command -a dvc -d 'Work with data that DVC versions'
            complete -c git -n '__fish_git_using_command dvc' -f -a '(__git_dvc_of_git)'
            \(rows(for: commands, below: ""))\(family.map(lines).joined())
            """
    }

    private func rows(for commands: [CommandDescription], below parent: String) -> String {
        commands.map { command in
            "complete -c git-dvc -n \(quoted(condition(parent))) -f -a \(command.word) "
                + "-d \(quoted(command.summary))\n"
        }.joined()
    }

    private func lines(for command: CommandDescription) -> String {
        if !command.subcommands.isEmpty {
            return rows(for: command.subcommands, below: command.name)
        }
        let start = "complete -c git-dvc -n \(quoted(condition(command.name)))"
        var text = command.allOptions.map { option in
            let short = option.short.map { " -s \($0)" } ?? ""
            var value = ""
            if option.valueName != nil {
                switch option.completedValue {
                case .remotes: value = " -x -a '(__git_dvc_remotes)'"
                case .files: value = " -r -F"
                case .nothing, .words: value = " -x"
                }
            }
            return "\(start)\(short) -l \(option.long)\(value) -d \(quoted(option.help))\n"
        }.joined()
        switch command.completedArguments {
        case .remotes: text += "\(start) -f -a '(__git_dvc_remotes)'\n"
        case .words(let words): text += "\(start) -f -a \(quoted(words.joined(separator: " ")))\n"
        case .nothing: text += "\(start) -f\n"
        case .files: text += "\(start) -F\n"
        }
        return text
    }

    private func condition(_ command: String) -> String {
        command.isEmpty ? "__git_dvc_at" : "__git_dvc_at \(command)"
    }

    private func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
