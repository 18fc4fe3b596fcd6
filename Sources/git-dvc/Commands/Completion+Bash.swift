import Basics

/// The completion for bash: the function `_git_dvc`, which git's own completion calls.
///
/// Source: git's `contrib/completion/git-completion.bash`, which loads the file `git-dvc` of
/// bash-completion's folders when it meets `git dvc`.
struct BashCompletion {
    private let commands: [CommandDescription]

    init(_ commands: [CommandDescription]) { self.commands = commands }

    var script: String {
        """
        # Completion of 'git dvc' for bash, made by 'git dvc completion bash'.
        # It needs git's own completion, which brings the variables and __gitcomp.

        # What the command in $1 has: its words are joined by '/'.
        __git_dvc_describe()
        {
            options= values= remotes= arguments=
            case $1 in
            '') arguments=\(words(.words(commands.map(\.word)))) ;;
        \(commands.flatMap(\.family).map(description).joined(separator: "\n"))
            *) return 1 ;;
            esac
        }

        __git_dvc_remotes()
        {
            git dvc completion remotes 2>/dev/null
        }

        _git_dvc()
        {
            local options values remotes arguments
            local first=${__git_cmd_idx:-1} command= index
            [[ ${words[0]} == git-dvc ]] && first=0
            for ((index = first + 1; index < cword; index++)); do
                __git_dvc_describe "${command:+$command/}${words[index]}" || break
                command=${command:+$command/}${words[index]}
            done
            __git_dvc_describe "$command"
            local word only_arguments=
            for ((; index < cword; index++)); do
                [[ ${words[index]} == -- ]] && only_arguments=1
            done
            word=${words[cword - 1]}
            if [[ -z $only_arguments ]]; then
                case $cur in
                --*=*)
                    [[ " $remotes " == *" ${cur%%=*} "* ]] &&
                        __gitcomp_nl "$(__git_dvc_remotes)" "" "${cur#*=}"
                    return
                    ;;
                -*)
                    __gitcomp "$options"
                    return
                    ;;
                esac
                if [[ " $remotes " == *" $word "* ]]; then
                    __gitcomp_nl "$(__git_dvc_remotes)"
                    return
                elif [[ " $values " == *" $word "* ]]; then
                    return
                fi
            fi
            # With nothing here bash completes the names of files.
            case $arguments in
            '<remotes>') __gitcomp_nl "$(__git_dvc_remotes)" ;;
            ?*) __gitcomp "$arguments" ;;
            esac
        }

        # For 'git-dvc' in one word.
        if declare -F __git_complete >/dev/null; then __git_complete git-dvc _git_dvc; fi

        """
    }

    private func description(of command: CommandDescription) -> String {
        let valued = command.options.filter { $0.valueName != nil }
        let remotes = valued.filter { $0.completedValue == .remotes }
        let path = command.name.split(separator: " ").joined(separator: "/")
        let lines = [
            "options='\(command.allOptions.map { "--\($0.long)" }.joined(separator: " "))'",
            "values='\(valued.flatMap(\.spellings).joined(separator: " "))'",
            "remotes='\(remotes.flatMap(\.spellings).joined(separator: " "))'",
            "arguments=\(words(command.completedArguments))",
        ]
        return "    \(path))\n" + lines.map { "        \($0)\n" }.joined() + "        ;;"
    }

    private func words(_ value: CompletedValue) -> String {
        switch value {
        case .remotes: "'<remotes>'"
        case .words(let words): shellWord(words.joined(separator: " "))
        case .files, .nothing: "''"
        }
    }
}
