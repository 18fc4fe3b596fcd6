import Basics
import TestSupport
import Testing

/// The installed manual pages, as `man` and git show them.
@Suite struct ManualPageTests {
    let sandbox: Sandbox
    let pages: FilePath

    init() throws {
        sandbox = try Sandbox()
        pages = try Sandbox.installedPrefix().appending("share/man/man1")
    }

    private let plain: [String: String?] = [
        "MANPAGER": "cat", "PAGER": "cat", "MANWIDTH": "80", "MANOPT": nil, "MANPATH": nil,
        "GIT_PAGER": "cat",
    ]

    @Test func `no page has anything that man warns of`() throws {
        let names = try directoryEntries(pages).map(\.string).sorted()
        #expect(names.contains("git-dvc.1") && names.contains("dvc-hooks.1"))
        for name in names {
            let result = try sandbox.run(
                "man", "--warnings=w", "-l", pages.appending(name).string, environment: plain
            ).checked()
            #expect(result.errorOutput == "", "\(name)")
            #expect(result.output.contains("NAME"), "\(name)")
            // Nothing in it is wider than a terminal, but for names that cannot be broken.
            #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(name)")
        }
    }

    @Test func `git finds the pages by the place of the program`() throws {
        for words in [["dvc", "--help"], ["help", "dvc"]] {
            let result = try sandbox.start("git", words, environment: plain).wait().checked()
            #expect(result.output.hasPrefix("GIT-DVC(1)"), "\(result)")
            #expect(result.output.contains("dvc.indexMaxAge"))
        }
        let result = try sandbox.run("git", "help", "git-dvc-push", environment: plain).checked()
        #expect(result.output.hasPrefix("GIT-DVC-PUSH(1)"), "\(result)")
        #expect(result.output.contains("--check-members"))
    }

    #if os(Linux)
    @Test func `on a terminal --help shows the page, and -h the summary`() throws {
        func onTerminal(_ line: String) throws -> String {
            let result = try sandbox.run(
                "script", "--quiet", "--return", "--command", line, "/dev/null",
                environment: plain
            ).checked()
            return result.output.replacing("\r", with: "")
        }
        #expect(try onTerminal("git dvc push --help").contains("GIT-DVC-PUSH(1)"))
        #expect(try onTerminal("git dvc push -h").hasPrefix("usage: git dvc push"))
        // Into a file or a pipe, and without the page, it is the summary.
        #expect(
            try sandbox.run("git", "dvc", "push", "--help").checked().output
                .hasPrefix("usage: git dvc push"))
    }
    #endif
}
