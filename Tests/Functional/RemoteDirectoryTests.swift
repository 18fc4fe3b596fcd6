import Basics
import TestSupport
import Testing

/// A remote that is a directory whose disk is not mounted.
@Suite struct RemoteDirectoryTests {
    private let pulled: PullWorld
    private var world: PushWorld { pulled.world }
    private var storage: FilePath { world.storage }

    init() throws {
        pulled = try PullWorld()
        try world.sandbox.run("mv", storage.string, "\(storage).away").checked()
    }

    private func lines(_ result: ProcessResult) -> [String] {
        result.errorOutput.split(separator: "\n").map(String.init)
    }

    @Test(arguments: ["pull", "fetch"])
    func `a directory that is missing is named once, not each object`(command: String) throws {
        let result = try world.dvc(command, in: pulled.clone)
        #expect(result.status == 1)
        #expect(
            lines(result).first
                == "error: the directory of remote 'storage' is missing: '\(storage)'")
        #expect(lines(result).last?.hasPrefix("hint: mount the disk that has it") == true)
        #expect(lines(result).count == 2, "\(result)")
        #expect(!fileExists(storage))
        try world.sandbox.run("mv", "\(storage).away", storage.string).checked()
        try world.dvc(command, in: pulled.clone).checked()
    }

    @Test func `so is one with nothing in it, as a place to mount is`() throws {
        try createDirectories(storage)
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(
            lines(result).first == "error: the directory of remote 'storage' is empty: '\(storage)'"
        )
        #expect(lines(result).count == 2, "\(result)")
    }

    @Test func `what is not needed of it is no matter, and missing data may be allowed`() throws {
        let allowed = try world.dvc("pull", "--allow-missing", in: pulled.clone).checked()
        #expect(lines(allowed).first?.hasPrefix("warning: the directory of remote") == true)
        // Here the cache has all of it.
        try world.sandbox.run("rm", "-r", "file", in: world.path).checked()
        #expect(try world.dvc("pull").checked().errorOutput == "")
        #expect(fileExists(world.path.appending("file")))
    }

    @Test func `a checkout by Git says so, too`() throws {
        try world.dvc("install", "-q", in: pulled.clone).checked()
        let result = try world.git(["checkout", "-b", "new"], in: pulled.clone).checked()
        let ours = world.ourLines(result)
        #expect(
            ours.first == "warning: the directory of remote 'storage' is missing: '\(storage)'")
        // Then the outs, without a line for each object.
        let others = ours.dropFirst().filter { $0.hasPrefix("warning: ") }
        #expect(others.count == 2 && others.allSatisfy { $0.contains("is not in the cache") })
    }

    @Test func `a push makes a directory that never was there, and says when one was`() throws {
        let other = try PushWorld()
        try other.commit("1", as: "a")
        #expect(other.ourLines(try other.push("-q", "origin", "main").checked()) == [])
        // This one had data once.
        try world.commit("new", as: "new")
        let result = try world.push("-q", "origin", "main").checked()
        #expect(
            world.ourLines(result).first
                == "warning: the directory of remote 'storage' is gone, and is made anew: '\(storage)'"
        )
        #expect(fileExists(storage))
    }

    @Test func `a push that lacks something says that the directory is missing`() throws {
        let clone = pulled.clone
        try world.sandbox.write(Array("x".utf8), to: clone.appending("code"))
        let result = try world.dvc("push", in: clone)
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "the directory of remote 'storage' is missing: '\(storage)'"),
            "\(result)")
        #expect(result.errorOutput.contains("error: 'file' needs"), "\(result)")
    }
}
