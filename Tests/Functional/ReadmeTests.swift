import Basics
import TestSupport
import Testing

/// What the README promises to whoever types it.
@Suite struct ReadmeTests {
    let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

    @Test func `the commands for a first project push its data`() throws {
        let file = FilePath(#filePath).parent.parent.parent.appending("README.md")
        let text = String(decoding: try readFile(file), as: UTF8.self)
        let start = try #require(text.firstRange(of: "Without a DVC project yet"))
        let lines = text[start.upperBound...].split(separator: "```")[1].split(separator: "\n")
        let commands = lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
        #expect(commands.count == 5)

        let project = try sandbox.makeRepository("project")
        let bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.git("remote", "add", "origin", bare.string, in: project)
        try sandbox.write(Array("1".utf8), to: project.appending("data/one"))
        let storage = sandbox.path("storage").string
        for command in commands {
            let words = command.replacing("s3://bucket/project", with: storage)
            try sandbox.run("sh", "-c", words, in: project).checked()
        }
        let clone = sandbox.path("clone")
        try sandbox.run("git", "clone", "-q", "dvc::\(bare)", clone.string).checked()
        #expect(try readFile(clone.appending("data/one")) == Array("1".utf8))
    }
}
