import Basics
import TestSupport
import Testing

@testable import git_dvc

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The manual pages in `docs/man` against what the programs know.
///
/// With `UPDATE_MAN_PAGES=1` the tests bring the generated parts up to date instead, and begin the
/// page of a new command.
@Suite(.serialized) struct ManualTests {
    private static let folder = FilePath(#filePath).parent.parent.parent.parent
        .appending("docs/man")
    private static let overview = "git-dvc.1"
    private static let others = [overview, "dvc-hooks.1", "git-remote-dvc.1"]
    private static let isUpdate = Environment.current().isOn("UPDATE_MAN_PAGES")

    private func page(_ name: String) throws -> String {
        String(decoding: try readFile(Self.folder.appending(name)), as: UTF8.self)
    }

    private func save(_ text: String, as name: String) throws {
        try writeFile(Self.folder.appending(name), Array(text.utf8), mode: 0o644)
    }

    @Test(arguments: GitDVC.commands.map(\.name))
    func `the page of a command has what its help has`(name: String) throws {
        let command = try #require(GitDVC.commands.first { $0.name == name })
        let page = ManualPage(command: command)
        guard fileExists(Self.folder.appending(page.fileName)) else {
            if Self.isUpdate { return try save(page.skeleton, as: page.fileName) }
            Issue.record("docs/man/\(page.fileName) is missing; run UPDATE_MAN_PAGES=1")
            return
        }
        let text = try self.page(page.fileName)
        let refreshed = try #require(page.refreshed(text), "a generated part is missing")
        if Self.isUpdate {
            if refreshed != text { try save(refreshed, as: page.fileName) }
            return
        }
        #expect(text == refreshed, "\(page.fileName) is stale; run UPDATE_MAN_PAGES=1")
        for section in ["DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"]
        where section != "OPTIONS" || command.subcommands.isEmpty {
            #expect(text.contains(".SH \(section)\n"), "\(page.fileName) lacks \(section)")
        }
    }

    @Test func `the overview lists all commands`() throws {
        let rows = GitDVC.commands.map { command in
            ".TP\n.BR git\\-dvc\\-\(ManualPage.roff(command.name)) (1)\n"
                + "\(ManualPage.roff(command.summary))\n"
        }
        let text = try page(Self.overview)
        let start = try #require(text.range(of: ".\\\" generated: commands\n"))
        let end = try #require(text.range(of: ".\\\" end\n", after: start.upperBound))
        if Self.isUpdate {
            var fresh = text
            fresh.replaceSubrange(start.upperBound..<end.lowerBound, with: rows.joined())
            return try save(fresh, as: Self.overview)
        }
        #expect(text[start.upperBound..<end.lowerBound] == rows.joined()[...])
    }

    @Test func `there is no page of a command that is gone`() throws {
        let known = GitDVC.commands.map { ManualPage(command: $0).fileName } + Self.others
        let present = try directoryEntries(Self.folder).map(\.string).filter { $0.hasSuffix(".1") }
        #expect(present.sorted() == known.sorted())
    }

    /// What the sources ask Git's configuration and the environment for.
    @Test func `every setting and variable that is read is documented`() throws {
        let text = try page(Self.overview).replacing("\\-", with: "-")
        let documented = text.lowercased()
        let sources = try swiftFiles(
            below: Self.folder.parent.parent.appending("Sources"))
        var settings: Set<String> = []
        var variables: Set<String> = []
        for source in sources {
            let code = String(decoding: try readFile(source), as: UTF8.self)
            for match in code.matches(of: /"(dvc\.[a-z]+)"/) {
                settings.insert(String(match.1))
            }
            for match in code.matches(of: /"((?:GIT_)?DVC_[A-Z_]+)"/) {
                variables.insert(String(match.1))
            }
        }
        #expect(settings.count > 3 && variables.count > 4, "the search finds nothing")
        for name in settings.subtracting(["dvc.lock", "dvc.yaml"]).sorted() {
            #expect(documented.contains(name), "\(name) is not in \(Self.overview)")
        }
        for name in variables.sorted() {
            #expect(text.contains(name), "\(name) is not in \(Self.overview)")
        }
    }

    private func swiftFiles(below folder: FilePath) throws -> [FilePath] {
        try directoryEntries(folder).flatMap { name -> [FilePath] in
            let path = folder.appending(name)
            if directoryExists(path) { return try swiftFiles(below: path) }
            return name.hasSuffix(".swift") ? [path] : []
        }
    }
}
