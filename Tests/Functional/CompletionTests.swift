import Basics
import TestSupport
import Testing

/// The installed completions, in the shells that they are for.
@Suite struct CompletionTests {
    let world: PushWorld
    let share: FilePath

    init() throws {
        world = try PushWorld(hook: false)
        share = try Sandbox.installedPrefix().appending("share")
        try world.sandbox.write(
            Array("['remote \"other store\"']\n    url = /nowhere\n".utf8),
            to: world.path.appending(".dvc/config.local"))
        try world.write("x", to: "file.txt")
    }

    private static let commands = ["push", "pull", "install", "uninstall", "doctor", "completion"]

    @Test(arguments: ["bash", "zsh", "fish"])
    func `what is installed is what the command prints, and the shell can read it`(shell: String)
        throws
    {
        let file =
            switch shell {
            case "bash": share.appending("bash-completion/completions/git-dvc")
            case "zsh": share.appending("zsh/site-functions/_git-dvc")
            default: share.appending("fish/vendor_conf.d/git-dvc.fish")
            }
        let printed = try world.dvc("completion", shell).checked()
        #expect(printed.outputBytes == (try readFile(file)))
        let checked = try world.sandbox.run(shell, "-n", file.string).checked()
        #expect(checked.errorOutput == "")
    }

    @Test func `the names of remotes are listed, and nothing where there are none`() throws {
        let here = try world.dvc("completion", "remotes").checked()
        #expect(here.outputLines == ["other store", "storage"])
        let outside = try world.dvc("completion", "remotes", in: world.sandbox.root).checked()
        #expect(outside.output + outside.errorOutput == "")
        let wrong = try world.dvc("completion", "tcsh")
        #expect(wrong.status == 254)
        #expect(wrong.errorOutput.contains("hint: choose one of bash, zsh, fish"))
    }

    // MARK: bash

    /// What bash offers for these lines, with git's own completion loaded; one line for each.
    private func bash(_ lines: [String]) throws -> [[String]] {
        let script = #"""
            source /usr/share/bash-completion/completions/git
            source "$1"; shift
            for line in "$@"; do
                COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
                read -ra COMP_WORDS <<<"$line"
                [[ $line == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                __git_wrap__git_main
                (IFS='|'; printf '%s\n' "${COMPREPLY[*]}")
            done
            """#
        let file = share.appending("bash-completion/completions/git-dvc").string
        let result = try world.sandbox.start(
            "bash", ["--norc", "-c", script, "bash", file] + lines, in: world.path
        ).wait().checked()
        #expect(result.errorOutput == "")
        return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map {
                $0.split(separator: "|").map {
                    $0.hasSuffix(" ") ? String($0.dropLast()) : String($0)
                }
            }
    }

    @Test func `bash completes commands, options and remotes`() throws {
        let answers = try bash([
            "git dv", "git dvc ", "git dvc pu", "git dvc push --", "git -C . dvc push --dr",
            "git dvc push -r ", "git dvc push --remote=st", "git dvc completion ",
            "git dvc push -j ", "git dvc push fi", "git dvc push -- --d", "git dvc nothing ",
        ])
        try #require(answers.count == 12)
        #expect(answers[0] == ["dvc"])
        #expect(Set(Self.commands).isSubset(of: answers[1]))
        #expect(answers[2] == ["push", "pull"])
        #expect(answers[3].contains("--dry-run") && answers[3].contains("--remote"))
        #expect(answers[4] == ["--dry-run"])
        #expect(answers[5] == ["other store", "storage"])
        #expect(answers[6] == ["storage"])
        #expect(answers[7] == ["bash", "zsh", "fish"])
        // Nothing of ours: bash then offers files.
        #expect(answers[8].isEmpty && answers[9].isEmpty && answers[10].isEmpty)
        #expect(Set(Self.commands).isSubset(of: answers[11]))
    }

    @Test func `git's completion finds the file by itself`() throws {
        // What bash-completion's loader does for `git-dvc`, in the folder where we install.
        let script = #"""
            _completion_loader() { source "$folder/$1"; }
            source /usr/share/bash-completion/completions/git
            COMP_LINE='git dvc pus' COMP_POINT=11 COMP_WORDS=(git dvc pus) COMP_CWORD=2
            __git_wrap__git_main
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let folder = share.appending("bash-completion/completions").string
        let result = try world.sandbox.run(
            "bash", "--norc", "-c", script, in: world.path, environment: ["folder": folder]
        ).checked()
        #expect(result.output == "push \n")
    }

    // MARK: fish

    private func fish(_ line: String) throws -> [String] {
        let result = try world.sandbox.run(
            "fish", "-c", "complete -C '\(line)'", in: world.path,
            environment: ["XDG_DATA_DIRS": "\(share):/usr/local/share:/usr/share"]
        ).checked()
        #expect(result.errorOutput == "")
        return result.outputLines.map { String($0.prefix { $0 != "\t" }) }
    }

    @Test func `fish completes commands, options and remotes`() throws {
        #expect(try Set(Self.commands).isSubset(of: fish("git dvc ")))
        #expect(try fish("git dvc pu").sorted() == ["pull", "push"])
        #expect(try fish("git dvc push --dr") == ["--dry-run"])
        #expect(try fish("git -C . dvc push -r ") == ["other store", "storage"])
        #expect(try fish("git dvc completion ").sorted() == ["bash", "fish", "zsh"])
        #expect(try fish("git dvc push fi") == ["file.txt"])
        #expect(try fish("git dvc install fi").isEmpty)
        #expect(try fish("git dv").contains("dvc"))
    }

    // MARK: zsh

    /// What zsh's completion of git offers for a line, noted by a `compadd` of ours.
    private func zsh(_ line: String) throws -> [String] {
        let offers = world.sandbox.path("offers")
        try writeFile(offers, [])
        let setUp = try world.sandbox.write(
            #"""
            fpath=("$share/zsh/site-functions" $fpath)
            autoload -Uz compinit
            compinit -u -D
            compadd() {
                local -a found
                builtin compadd -A found "$@" 2>/dev/null
                print -rl -- $found >>"$offers"
                builtin compadd "$@"
            }
            finish() {
                zle complete-word
                print -r -- FINI''SHED
            }
            zle -N finish
            bindkey '^I' finish
            print REA''DY
            """#, to: "set-up.zsh")
        // An interactive shell in a terminal of its own.
        let script = #"""
            zmodload zsh/zpty
            read-until() {
                local chunk all=
                while zpty -r shell chunk; do
                    all+=$chunk
                    [[ $all == *$1* ]] && return
                done
            }
            zpty shell zsh -f -i
            zpty -w shell "source '$1'"
            read-until READY
            zpty -w -n shell "$2"$'\t'
            read-until FINISHED
            zpty -d shell
            """#
        try world.sandbox.run(
            "zsh", "-f", "-c", script, "zsh", setUp.string, line, in: world.path,
            environment: ["share": share.string, "offers": offers.string]
        ).checked()
        return String(decoding: try readFile(offers), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    @Test func `zsh completes commands, options and remotes`() throws {
        #expect(try Set(Self.commands).isSubset(of: zsh("git dvc ")))
        #expect(try Set(zsh("git dvc pu")) == ["push", "pull"])
        #expect(try zsh("git dvc push --dr").contains("--dry-run"))
        let remotes = try zsh("git dvc push -r ")
        // Quoted, as it is put on the line.
        #expect(Set(remotes) == [#"other\ store"#, "storage"])
        #expect(try zsh("git dvc completion ").contains("zsh"))
        #expect(try zsh("git dvc push fi").contains("file.txt"))
    }
}
