import Testing

@testable import git_dvc

@Suite struct SubcommandTests {
    private static let command = CommandDescription(
        name: "group", summary: "Does things.",
        subcommands: [
            CommandDescription(
                name: "group add", summary: "Adds one.", synopsis: "<name>",
                arguments: [("<name>", "its name")], argumentCount: 1...2,
                options: [
                    OptionDescription("remote", "r", value: "name", "one of them"),
                    OptionDescription("local", ""), OptionDescription("global", ""),
                ], run: { _, _ in 0 }),
            CommandDescription(name: "group list", summary: "Lists all.", run: { _, _ in 0 }),
        ])

    private func parse(_ words: String...) throws(UsageError) -> Arguments {
        try Arguments(words, for: Self.command.subcommands[0])
    }

    @Test func `the help of a group lists its commands`() {
        #expect(Self.command.help.hasPrefix("usage: git dvc group <command>\n\nDoes things.\n"))
        #expect(Self.command.help.contains("\ncommands\n  add   Adds one.\n  list  Lists all.\n"))
        let add = Self.command.subcommands[0]
        #expect(add.help.hasPrefix("usage: git dvc group add <name>\n\nAdds one.\n"))
        #expect(add.word == "add")
    }

    @Test func `an option may be given several times`() throws {
        let arguments = try parse("-r", "a", "x", "--remote=b", "-rc")
        #expect(arguments.values("remote") == ["a", "b", "c"])
        #expect(arguments.value("remote") == "c")
        #expect(try parse("x").values("remote").isEmpty)
    }

    @Test func `options may stand before, between and behind the arguments`() throws {
        for words in [["--local", "x", "y"], ["x", "--local", "y"], ["x", "y", "--local"]] {
            let arguments = try Arguments(words, for: Self.command.subcommands[0])
            #expect(arguments.positionals == ["x", "y"] && arguments.has("local"))
        }
    }

    @Test(arguments: ["-1", "-0", "-1.5", "-.5"])
    func `a negative number is an argument`(number: String) throws {
        #expect(try parse("x", number).positionals == ["x", number])
    }

    @Test(arguments: ["-inf", "-nan", "-1e5", "-1x"])
    func `what is no plain number is an option`(word: String) {
        #expect(throws: UsageError.self) { try parse("x", word) }
    }

    @Test func `switches that exclude each other`() throws {
        #expect(try parse("x", "--local").choice(of: ["local", "global"]) == "local")
        #expect(try parse("x").choice(of: ["local", "global"]) == nil)
        let both = try parse("x", "--global", "--local")
        let error = try #require(
            #expect(throws: UsageError.self) { try both.choice(of: ["local", "global"]) })
        #expect(error.summary == "'--local' and '--global' exclude each other")
    }
}
