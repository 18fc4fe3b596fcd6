import Basics
import DVC
import Digests
import LocalBackend
import StatusCache
import TestSupport
import Testing
import Workspace

@Suite struct RelinkingTests {
    @Test(arguments: [LinkType.symlink, .hardlink])
    func `a file that was written to since it was read is left as it is`(
        type: LinkType
    ) async throws {
        let directory = try TemporaryDirectory()
        let root = directory.path.appending("work")
        let file = root.appending("data/a")
        try createDirectories(root.appending("data"))
        try writeFile(file, Array("old".utf8))
        let cache = LocalStore(root: directory.path.appending("cache"), name: "cache")
        let reader = WorkspaceReader(root: root, states: FileStates(nil), threads: 1)
        let rules = try IgnoreRules.ofWorkspace(root, downTo: "data")
        let found = try await reader.content(
            of: "data", scheme: .md5, ignoring: rules, into: .copy(cache))
        let content = try #require(found)

        try writeFile(file, Array("newer".utf8))
        let relinking = Relinking(
            WorkspaceDirectory(top: root), cache, types: [type], isShared: false)
        await #expect(throws: UnaddableError(path: "data/a", reason: .changedSince)) {
            try await relinking.run(content, at: "data")
        }
        #expect(try readFile(file) == Array("newer".utf8))
    }
}
