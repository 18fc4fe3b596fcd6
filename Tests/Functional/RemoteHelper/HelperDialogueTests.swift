import Basics
import TestSupport
import Testing

/// The helper alone, told what Git would tell it.
@Suite struct HelperDialogueTests {
    let pair: HelperPair
    let zeros = String(repeating: "0", count: 40)

    init() throws { pair = try HelperPair() }

    /// `path`: folders that come first on `PATH`.
    private func talk(
        _ lines: [String], to address: String? = nil, path: FilePath? = nil, ending: String = "\n"
    ) throws -> ProcessResult {
        var environment: [String: String?] = ["GIT_DIR": ".git"]
        if let path { environment["PATH"] = "\(path):\(pair.sandbox.environment["PATH"] ?? "")" }
        return try pair.sandbox.start(
            "git-remote-dvc", ["origin", address ?? pair.bare(.helper).string],
            in: pair.work(.helper), stdin: Array((lines.joined(separator: "\n") + ending).utf8),
            environment: environment
        ).wait()
    }

    private func oid(_ name: String) throws -> String {
        try pair.sandbox.gitLine("rev-parse", name, in: pair.work(.helper))
    }

    @Test func `the dialogue of a push`() throws {
        let result = try talk([
            "capabilities", "option progress false", "option verbosity 1",
            "connect git-receive-pack", "option object-format", "list for-push",
            "connect git-receive-pack", "option cas refs/heads/old:\(oid("old"))",
            "push refs/heads/main:refs/heads/main", "push +HEAD:refs/heads/x",
            "push :refs/heads/old",
            "push refs/heads/gone:refs/heads/gone", "push HEAD:refs/exps/exec/EXEC_HEAD", "", "",
        ])
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() == [
                "option", "push", "connect", "object-format", "", "ok", "ok", "fallback", "ok",
                ":object-format sha1", "\(try oid("main~1")) refs/heads/main",
                "\(try oid("old")) refs/heads/old", "", "fallback", "ok",
                "ok refs/heads/main", "ok refs/heads/x", "ok refs/heads/old",
                "error refs/heads/gone 'refs/heads/gone' names no object",
                "error refs/exps/exec/EXEC_HEAD up to date", "",
            ])
        #expect(
            result.errorOutput.contains(
                "note: not pushed, as only this repository has a use for it"))
    }

    @Test(arguments: [
        ["hello"], ["capabilities now"], ["list"], ["list for-pull"], ["push"],
        ["push main", "", ""], ["push main:", "", ""], ["push a:refs/heads/a", "fetch x", ""],
        ["push -x:refs/heads/a", "", ""], ["option"], ["option dry-run maybe"],
        ["option push-option dvc.exps=perhaps"], ["connect"], [" capabilities"],
    ])
    func `malformed commands end it before anything happens`(lines: [String]) throws {
        let before = try pair.sandbox.git("for-each-ref", in: pair.bare(.helper)).output
        let result = try talk(lines)
        #expect(result.status == 128, "\(lines): \(result)")
        #expect(result.output.isEmpty)
        #expect(result.errorOutput.hasPrefix("error: "))
        #expect(try pair.sandbox.git("for-each-ref", in: pair.bare(.helper)).output == before)
    }

    @Test func `the end of the input in the middle of a command moves nothing`() throws {
        let before = try pair.sandbox.git("for-each-ref", in: pair.bare(.helper)).output
        for (lines, ending) in [
            (["capabilities", "push refs/heads/main:refs/heads/main"], "\n"),
            (["push refs/heads/main:refs/heads/main"], ""), (["capabilit"], ""),
        ] {
            let result = try talk(lines, ending: ending)
            #expect(result.status == 128, "\(result)")
            #expect(!result.output.contains("ok refs/"))
        }
        #expect(try talk([], ending: "").status == 0)
        #expect(
            try talk(["option telepathy on", "connect git-juggle"]).output
                == "unsupported\nfallback\n")
        #expect(try pair.sandbox.git("for-each-ref", in: pair.bare(.helper)).output == before)
    }

    @Test(arguments: [
        "", "-x", "--upload-pack=touch canary", "ext::sh -c 'touch canary'", "dvc::/x", "fd::3",
        "ssh://-oProxyCommand=touch canary/x", "-oProxyCommand=x:y", "ssh://h/\u{1b}]0;x",
        "s3://bucket/x", "ssh://h:port/x", "h:-x",
    ])
    func `hostile addresses start nothing`(address: String) throws {
        let result = try talk(["capabilities", "list for-push", ""], to: address)
        #expect(result.status == 128, "\(result)")
        #expect(result.output.isEmpty)
        #expect(!result.errorOutput.contains("\u{1b}"))
        #expect(!fileExists(pair.work(.helper).appending("canary")))
        if !address.isEmpty {
            let clone = try pair.sandbox.run("git", "ls-remote", "--", "dvc::\(address)")
            #expect(clone.status == 128)
        }
    }

    /// A program of Git's that is killed in the middle leaves no ref without an answer.
    @Test(arguments: ["ls-remote", "send-pack", "cat-file", "rev-list"])
    func `a child that is killed is no success`(name: String) throws {
        let folder = pair.sandbox.path("killers")
        let git = try pair.sandbox.run("sh", "-c", "command -v git").outputLines[0]
        try pair.sandbox.write(
            Array(
                "#!/bin/sh\ncase \" $* \" in *' \(name) '*) kill -9 $$ ;; esac\nexec '\(git)' \"$@\"\n"
                    .utf8),
            to: folder.appending("git"), mode: 0o755)
        let result = try talk(
            ["list for-push", "push refs/heads/main:refs/heads/main", "", ""], path: folder)
        #expect(!result.output.contains("ok refs/"))
        #expect(result.status == 128, "\(result)")
        #expect(result.errorOutput.contains("signal 9"), "\(result)")
    }

    @Test(
        arguments: [
            ("file", nil, nil), ("file", "0", nil), ("file", nil, "https:ssh"),
            ("file", nil, "dvc:file"),
            ("file", "0", "file"), ("http", nil, "file"), ("ssh", "1", "http"),
        ] as [(String, String?, String?)])
    func `protocols are allowed and forbidden as by Git`(
        scheme: String, fromUser: String?, list: String?
    ) throws {
        try pair.sandbox.git(
            "config", "--global", "--unset", "protocol.file.allow", in: pair.sandbox.root)
        var environment: [String: String?] = [:]
        environment["GIT_PROTOCOL_FROM_USER"] = fromUser
        // The helper itself must be allowed, or Git never asks it.
        environment["GIT_ALLOW_PROTOCOL"] = list
        let url =
            switch scheme {
            case "file": pair.bare(.helper).string
            case "http": "http://127.0.0.1:1/x"
            default: "ssh://127.0.0.1:1/x"
            }
        let native = try pair.sandbox.start("git", ["ls-remote", url], environment: environment)
            .wait()
        environment["GIT_DIR"] = ".git"
        let lines =
            scheme == "http" ? ["capabilities", "list", ""] : ["connect git-upload-pack", ""]
        let helper = try pair.sandbox.start(
            "git-remote-dvc", ["x", url], in: pair.work(.helper),
            stdin: Array(lines.joined(separator: "\n").utf8), environment: environment
        ).wait()
        let words = "transport '\(scheme)' not allowed"
        #expect(
            native.errorOutput.contains(words) == helper.errorOutput.contains(words),
            "\(native)\n\(helper)")
    }
}
