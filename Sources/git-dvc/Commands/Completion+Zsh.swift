import Basics

/// The completion for zsh: the function `_git-dvc`, which zsh's completion of git calls.
///
/// Source: zshcompsys(1), `_arguments` and `_describe`.
struct ZshCompletion {
    private let commands: [CommandDescription]

    init(_ commands: [CommandDescription]) { self.commands = commands }

    var script: String {
        """
        #compdef git-dvc
        #description work with data that DVC versions
        # Completion of 'git dvc' for zsh, made by 'git dvc completion zsh'.

        __git_dvc_remotes() {
            local -a names
            names=(${(f)"$(_call_program remotes git dvc completion remotes 2>/dev/null)"})
            compadd -a names
        }

        _git-dvc() {
            local curcontext=$curcontext state line ret=1
            local -a commands
        \(choice(among: commands, at: 1))
            return ret
        }

        _git-dvc "$@"

        """
    }

    /// The words that lead to one of `commands`, and what follows each.
    private func choice(among commands: [CommandDescription], at depth: Int) -> String {
        let indent = String(repeating: " ", count: 4 * depth)
        let names = commands.map { shellWord("\($0.word):\($0.summary)") }
        let cases = commands.map { command in
            "\(indent)        \(command.word))\n\(body(of: command, at: depth + 3))"
                + "\(indent)            ;;\n"
        }
        return """
            \(indent)_arguments -C '1: :->command' '*:: :->argument' && ret=0
            \(indent)case $state in
            \(indent)    command)
            \(indent)        commands=(\(names.joined(separator: " ")))
            \(indent)        _describe -t commands 'git dvc command' commands && ret=0
            \(indent)        ;;
            \(indent)    argument)
            \(indent)        curcontext=${curcontext%:*}-$words[1]:
            \(indent)        case $words[1] in
            \(cases.joined())\(indent)        esac
            \(indent)        ;;
            \(indent)esac
            """
    }

    private func body(of command: CommandDescription, at depth: Int) -> String {
        if !command.subcommands.isEmpty {
            return choice(among: command.subcommands, at: depth) + "\n"
        }
        let indent = String(repeating: " ", count: 4 * depth)
        var specifications = command.allOptions.map(specification)
        switch command.completedArguments {
        case .remotes: specifications.append("'*:name:__git_dvc_remotes'")
        case .files: specifications.append("'*:file:_files'")
        case .words(let words):
            specifications.append("'1:word:(\(words.joined(separator: " ")))'")
        case .nothing: break
        }
        return "\(indent)_arguments -s -S \(specifications.joined(separator: " ")) && ret=0\n"
    }

    private func specification(of option: OptionDescription) -> String {
        var rest = "[\(escaped(option.help))]"
        if let name = option.valueName {
            let action =
                switch option.completedValue {
                case .remotes: "__git_dvc_remotes"
                case .files: "_files"
                case .nothing, .words: " "
                }
            rest += ":\(escaped(name)):\(action)"
        }
        let spellings = option.spellings.map { spelling in
            option.valueName == nil ? spelling : spelling + (spelling.hasPrefix("--") ? "=" : "+")
        }
        if spellings.count == 1 { return shellWord("*\(spellings[0])\(rest)") }
        return "'*'{\(spellings.joined(separator: ","))}\(shellWord(rest))"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
            .replacing(":", with: "\\:")
    }
}
