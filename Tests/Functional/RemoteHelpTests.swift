import Basics
import TestSupport
import Testing

/// Help and mistakes of commands that have commands of their own.
@Suite struct RemoteHelpTests {
    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func dvc(_ words: [String]) throws -> ProcessResult {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        return try sandbox.start(program, words).wait()
    }

    @Test(
        arguments: ["add", "list", "default", "modify", "rename", "remove"],
        ["-h", "--help", "help"])
    func `every command of remote explains itself`(command: String, flag: String) throws {
        let words = flag == "help" ? ["help", "remote", command] : ["remote", command, flag]
        let result = try dvc(words)
        #expect(result.succeeded)
        #expect(result.errorOutput == "")
        #expect(result.output.hasPrefix("usage: git dvc remote \(command)"))
        #expect(result.output.contains("\n      --local"))
        #expect(result.output.contains("\nexamples\n  git dvc remote \(command)"))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test(arguments: [["remote", "-h"], ["help", "remote"]])
    func `remote lists its commands`(words: [String]) throws {
        let result = try dvc(words).checked()
        #expect(result.output.hasPrefix("usage: git dvc remote <command>\n"))
        for command in ["add", "list", "default", "modify", "rename", "remove"] {
            #expect(result.output.contains("\n  \(command) "))
        }
    }

    static let mistakes: [(words: [String], error: String, hint: String)] = [
        (["remote"], "'git dvc remote' needs a command", "run 'git dvc remote -h' for the list"),
        (
            ["remote", "ad"], "'ad' is not a command of git dvc remote",
            "mean 'git dvc remote add'?"
        ),
        (
            ["remote", "frobnicate"], "'frobnicate' is not a command of git dvc remote",
            "run 'git dvc remote -h' for the list"
        ),
        (["remtoe"], "'remtoe' is not a command of git dvc", "mean 'git dvc remote'?"),
        (
            ["remote", "add", "a"], "'git dvc remote add' needs more arguments",
            "run 'git dvc remote add -h'"
        ),
        (
            ["remote", "add", "--lcoal", "a", "b"], "unknown option '--lcoal'",
            "did you mean '--local'?"
        ),
        (
            ["config", "core"], "'core' is not the name of an option",
            "write section.option, remote.<name>.<option>"
        ),
    ]

    @Test(arguments: mistakes.indices)
    func `a mistake is answered with what was meant`(index: Int) throws {
        let mistake = Self.mistakes[index]
        let result = try dvc(mistake.words)
        #expect(result.status == 254)
        #expect(result.errorOutput.contains("error: \(mistake.error)"))
        #expect(result.errorOutput.contains(mistake.hint))
    }
}
