import Basics
import TestSupport
import Testing

/// What the programs say about themselves, and to those who mistype.
@Suite struct HelpTests {
    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func dvc(_ words: [String]) throws -> ProcessResult {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        return try sandbox.start(program, words).wait()
    }

    @Test(
        arguments: [
            "init", "add", "commit", "remove", "push", "pull", "status", "verify", "remote add",
            "remote list", "config", "install", "uninstall", "doctor", "version",
        ], ["-h", "--help", "help"])
    func `every command explains itself, anywhere`(command: String, flag: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let result = try dvc(flag == "help" ? ["help"] + words : words + [flag])
        #expect(result.succeeded)
        #expect(result.errorOutput == "")
        #expect(result.output.hasPrefix("usage: git dvc \(command)"))
        #expect(result.output.contains("\noptions\n"))
        #expect(result.output.contains("\n  -h, --help"))
        if command != "version" {
            #expect(result.output.contains("\nexamples\n  git dvc \(command)"))
        }
        if command == "push" { #expect(result.output.contains("\n  <remote> ")) }
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test(arguments: [["-h"], ["--help"], ["help"]])
    func `the program lists its commands`(words: [String]) throws {
        let result = try dvc(words).checked()
        #expect(result.output.hasPrefix("usage: git dvc <command>"))
        for command in [
            "push", "pull", "remote", "config", "install", "uninstall", "version",
        ] {
            #expect(result.output.contains("\n  \(command) "))
        }
    }

    @Test func `without a command the list goes to standard error`() throws {
        let result = try dvc([])
        #expect(result.status == 254)
        #expect(result.output == "")
        #expect(result.errorOutput.hasPrefix("usage: "))
    }

    static let mistakes: [(words: [String], error: String, hint: String?)] = [
        (["psuh"], "'psuh' is not a command of git dvc", "did you mean 'git dvc push'?"),
        (["instal"], "'instal' is not a command of git dvc", "did you mean 'git dvc install'?"),
        (
            ["frobnicate"], "'frobnicate' is not a command of git dvc",
            "run 'git dvc -h' for the list"
        ),
        (["help", "pusg"], "'pusg' is not a command of git dvc", "did you mean 'git dvc push'?"),
        (["push", "--dryrun"], "unknown option '--dryrun'", "did you mean '--dry-run'?"),
        (["push", "--jbos=2"], "unknown option '--jbos'", "did you mean '--jobs'?"),
        (["push", "--zzzzzzz"], "unknown option '--zzzzzzz'", "run 'git dvc push -h'"),
        (["push", "-x"], "'-x' is not an option of 'git dvc push'", "run 'git dvc push -h'"),
        (["push", "-r"], "'-r' needs a value: <name>", nil),
        (["push", "--json=yes"], "'--json' takes no value", nil),
        (["push", "-j", "-1"], "'--jobs' takes a number, not '-1'", nil),
        (["push", "--stdin", "x"], "'--stdin' needs the arguments <remote> and <url>", "run "),
        (["push", "--porcelain"], "'--porcelain' goes with '--stdin'", "run "),
        (["install", "--", "-h"], "'-h' is one argument too many for 'git dvc install'", "run "),
    ]

    @Test(arguments: mistakes)
    func `wrong use is answered with the right word and 254`(
        words: [String], error: String, hint: String?
    ) throws {
        let result = try dvc(words)
        #expect(result.status == 254)
        #expect(result.output == "")
        let lines = result.errorOutput.split(separator: "\n").map(String.init)
        #expect(lines.first == "error: \(error)")
        #expect(lines.count == (hint == nil ? 1 : 2))
        if let hint { #expect(lines.last?.hasPrefix("hint: \(hint)") == true, "\(result)") }
    }

    @Test func `options may be shortened where that is clear`() throws {
        #expect(try dvc(["push", "--he"]).checked().output.hasPrefix("usage: "))
        #expect(try dvc(["version"]).output.hasPrefix("git-dvc version "))
        #expect(try dvc(["--version"]).output == dvc(["version"]).output)
    }

    @Test func `the program behind the hooks says what it is for`() throws {
        let program = try Sandbox.installedPrefix().appending("bin/dvc-hooks").string
        #expect(try sandbox.run(program, "-h").checked().output.hasPrefix("usage: dvc-hooks "))
        let wrong = try sandbox.run(program, "push")
        #expect(wrong.status == 1)
        #expect(wrong.errorOutput.contains("\nhint: to upload data by hand, use 'git dvc push'\n"))
    }

    @Test func `terminal control in what is echoed is made visible`() throws {
        let result = try dvc(["\u{1b}]0;x\u{7}"])
        #expect(result.errorOutput.contains("'\\u{1b}]0;x\\u{7}' is not a command"))
    }
}
