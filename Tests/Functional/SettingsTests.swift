import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What `git dvc remote` and `git dvc config` do where files and rights are not the usual ones.
@Suite struct SettingsTests {
    let sandbox: Sandbox
    let project: FilePath

    init() throws {
        sandbox = try Sandbox()
        project = try sandbox.makeRepository("project")
        try sandbox.write("", to: "project/.dvc/config")
    }

    private func dvc(_ words: String...) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + words, in: project).wait()
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try readFile(project.appending(name)), as: UTF8.self)
    }

    private func mode(_ name: String) throws -> mode_t? {
        try fileStatus(project.appending(name)).map { $0.st_mode & 0o7777 }
    }

    @Test func `comments and layout stay`() throws {
        let before = "# mine\n[core]\n\tremote = a # why\n\n['remote \"a\"']\n\turl = /a\n"
        try sandbox.write(before, to: "project/.dvc/config")
        try dvc("remote", "modify", "a", "jobs", "3").checked()
        #expect(try text(".dvc/config") == before + "\tjobs = 3\n")
        try dvc("remote", "rename", "a", "b").checked()
        #expect(
            try text(".dvc/config")
                == "# mine\n[core]\n\tremote = b # why\n\n['remote \"b\"']\n\turl = /a\n\tjobs = 3\n"
        )
        try dvc("remote", "remove", "b").checked()
        #expect(try text(".dvc/config") == "# mine\n")
    }

    @Test func `lists have JSON`() throws {
        try dvc("remote", "add", "-d", "a", "/a").checked()
        try dvc("remote", "add", "--local", "b", "s3://b/\u{e4}").checked()
        #expect(
            try dvc("remote", "list", "--json").checked().output == """
                [{"default":true,"name":"a","url":"/a"},\
                {"default":false,"name":"b","url":"s3://b/\u{e4}"}]

                """)
        let settings = try dvc("config", "--list", "--json", "--local").checked().output
        #expect(
            settings == """
                [{"file":".dvc/config.local","name":"remote.b.url","value":"s3://b/\u{e4}"}]

                """)
        #expect(try !dvc("config", "--json", "core.remote").succeeded)
    }

    @Test func `permissions stay, and a new config.local is private`() throws {
        try sandbox.write(Array("\n".utf8), to: project.appending(".dvc/config"), mode: 0o640)
        try dvc("remote", "add", "a", "/a").checked()
        #expect(try mode(".dvc/config") == 0o640)
        try dvc("remote", "modify", "--local", "a", "jobs", "3").checked()
        #expect(try mode(".dvc/config.local") == 0o600)
        try sandbox.run("chmod", "664", project.appending(".dvc/config.local").string).checked()
        try dvc("remote", "modify", "--local", "a", "jobs", "4").checked()
        #expect(try mode(".dvc/config.local") == 0o664)
        #expect(try directoryEntries(project.appending(".dvc")).count == 2)
    }

    @Test func `a link is written through, but not out of the repository`() throws {
        try sandbox.run("mv", ".dvc/config", "real", in: project).checked()
        try sandbox.run("ln", "-s", "../real", ".dvc/config", in: project).checked()
        try dvc("remote", "add", "a", "/a").checked()
        #expect(try text("real") == "['remote \"a\"']\n    url = /a\n")
        #expect(try fileStatus(project.appending(".dvc/config"))?.st_mode.isLink == true)
        for target in ["../../outside", "../../missing"] {
            if target == "../../outside" { try sandbox.write("\n", to: "outside") }
            try sandbox.run("ln", "-sf", target, ".dvc/config", in: project).checked()
            let result = try dvc("remote", "add", "a", "/a")
            #expect(result.status == 251)
            #expect(result.errorOutput.contains("error: '.dvc/config' is a link"), "\(result)")
        }
        #expect(try readFile(sandbox.path("outside")) == Array("\n".utf8))
        #expect(!fileExists(sandbox.path("missing")))
    }

    @Test func `the user's own file may be a link to anywhere`() throws {
        try sandbox.write("\n", to: "dotfiles/dvc")
        try createDirectories(sandbox.home.appending("dvc-global"))
        try sandbox.run(
            "ln", "-s", sandbox.path("dotfiles/dvc").string,
            sandbox.home.appending("dvc-global/config").string
        ).checked()
        try dvc("config", "--global", "core.autostage", "true").checked()
        #expect(
            try readFile(sandbox.path("dotfiles/dvc"))
                == Array("[core]\n    autostage = true\n".utf8)
        )
    }

    @Test func `a directory that cannot be written to is named, and nothing is left`() throws {
        try sandbox.run("chmod", "555", project.appending(".dvc").string).checked()
        let result = try sandbox.runUnprivileged(
            "git", "-c", "safe.directory=*", "dvc", "remote", "add", "a", "/a", in: project)
        try sandbox.run("chmod", "755", project.appending(".dvc").string).checked()
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("error: cannot create '"), "\(result)")
        #expect(result.errorOutput.contains("ermission denied"), "\(result)")
        #expect(try text(".dvc/config") == "")
        #expect(try directoryEntries(project.appending(".dvc")) == ["config"])
    }

    @Test func `a lock that DVC holds is no matter`() throws {
        try sandbox.write("", to: "project/.dvc/tmp/lock")
        let result = try sandbox.run(
            "flock", ".dvc/tmp/lock", "git", "dvc", "remote", "add", "a", "/a", in: project)
        #expect(result.succeeded, "\(result)")
        #expect(try text(".dvc/config") == "['remote \"a\"']\n    url = /a\n")
    }

    @Test(arguments: [
        ("[core]\n  junk\n", "error: .dvc/config:2: neither a section nor 'key = value'"),
        ("[core]\n    x = %(y)s\n", "error: .dvc/config:2: %(y)s names no option"),
        ("['remote \"a\"']\n    url = 'x\n", "error: .dvc/config:2: "),
        ("[core]\n    jobs = 3\n", "error: .dvc/config:2: unknown option 'jobs'"),
    ])
    func `a broken file is named with its line, and stays`(broken: String, error: String) throws {
        try sandbox.write(broken, to: "project/.dvc/config")
        for words in [["remote", "add", "b", "/b"], ["config", "core.autostage", "true"]] {
            let result = try sandbox.start("git", ["dvc"] + words, in: project).wait()
            #expect(result.status == 251)
            #expect(result.errorOutput.hasPrefix(error), "\(result)")
            #expect(try text(".dvc/config") == broken)
        }
    }

    @Test func `what would leave options without a remote is refused`() throws {
        try dvc("remote", "add", "-d", "a", "ssh://h/p").checked()
        try dvc("remote", "modify", "--local", "a", "password", "secret").checked()
        let before = try text(".dvc/config")
        let result = try dvc("remote", "remove", "a")
        #expect(result.status == 251)
        #expect(
            result.errorOutput == """
                error: remote 'a' has options in '.dvc/config.local', which would belong to no remote
                hint: run 'git dvc remote remove --local a' first

                """)
        #expect(try dvc("config", "-u", "remote.a").status == 251)
        #expect(try dvc("config", "-u", "remote.a.url").status == 251)
        #expect(try text(".dvc/config") == before)
        // Under a new name they still belong to it.
        try dvc("remote", "rename", "a", "B").checked()
        #expect(
            try text(".dvc/config")
                == before.replacing("\"a\"", with: "\"b\"").replacing("= a", with: "= b"))
        #expect(try text(".dvc/config.local") == "['remote \"b\"']\n    password = secret\n")
        try dvc("remote", "remove", "--local", "b").checked()
        try dvc("remote", "remove", "b").checked()
        #expect(try dvc("remote", "default").output == "No default remote set\n")
    }

    @Test func `a file URL is refused, and what to write is said`() throws {
        for words in [
            ["remote", "add", "a", "file:///x"], ["remote", "add", "a", "FILE://h/x"],
            ["config", "remote.a.url", "file:///x"],
        ] {
            let result = try sandbox.start("git", ["dvc"] + words, in: project).wait()
            #expect(result.status == 251)
            #expect(result.errorOutput.contains("hint: write the path alone, without 'file://'"))
        }
        #expect(try text(".dvc/config") == "")
    }

    @Test func `secrets are in no message`() throws {
        try dvc("remote", "add", "a", "https://h/p").checked()
        let word = "hunter2,'\"#"
        for words in [
            ["remote", "modify", "a", "password", word + "\r"],
            ["remote", "modify", "a", "jobs", word], ["remote", "modify", "a", "nope", word],
        ] {
            let result = try sandbox.start("git", ["dvc"] + words, in: project).wait()
            #expect(result.status == 251)
            #expect(!result.errorOutput.contains("hunter2"), "\(result)")
            #expect(!result.output.contains("hunter2"))
        }
    }
}

extension mode_t {
    fileprivate var isLink: Bool { self & S_IFMT == S_IFLNK }
}
