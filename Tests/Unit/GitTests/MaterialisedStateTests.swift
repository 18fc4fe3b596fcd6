import Basics
import TestSupport
import Testing

@testable import Git

@Suite struct MaterialisedStateTests {
    let directory: TemporaryDirectory
    private var top: FilePath { directory.path }
    private let listed = Array("100644 \(String(repeating: "a", count: 40)) 0\tdata.dvc\0".utf8)

    init() throws { directory = try TemporaryDirectory() }

    private func snapshot() -> MetafileSnapshot { MetafileSnapshot(listed: listed, below: top) }

    @Test func `what was written is read again`() throws {
        try writeFile(top.appending("data.dvc"), [1])
        let state = MaterialisedState(snapshot(), outs: ["data", "b/c d"])
        try state.write(in: top.appending("git"))
        #expect(MaterialisedState(in: top.appending("git")) == state)
        try MaterialisedState.remove(from: top.appending("git"))
        #expect(MaterialisedState(in: top.appending("git")) == nil)
    }

    @Test func `holds until a metafile is written to or an out goes away`() throws {
        let file = top.appending("data.dvc")
        try writeFile(file, [1])
        try writeFile(top.appending("data"), [1])
        let state = MaterialisedState(snapshot(), outs: ["data"])
        #expect(state.holds(snapshot(), below: top))
        try writeFile(file, [1, 2])
        #expect(!state.holds(snapshot(), below: top))
        let again = MaterialisedState(snapshot(), outs: ["data"])
        #expect(again.holds(snapshot(), below: top))
        try removeFile(top.appending("data"))
        #expect(!again.holds(snapshot(), below: top))
        try removeFile(file)
        #expect(!again.holds(snapshot(), below: top))
    }

    @Test func `says when nothing is tracked and when something is in conflict`() {
        #expect(MetafileSnapshot(listed: [], below: top).isEmpty)
        #expect(!snapshot().isEmpty && !snapshot().hasConflicts)
        let stage = Array("100644 \(String(repeating: "a", count: 40)) 2\tdata.dvc\0".utf8)
        #expect(MetafileSnapshot(listed: stage, below: top).hasConflicts)
    }

    @Test func `another program takes it for what it was`() throws {
        try writeFile(top.appending("data.dvc"), [1])
        let conflict = Array("100644 \(String(repeating: "b", count: 40)) 3\tother.dvc\0".utf8)
        for listed in [[], listed, listed + conflict] {
            let snapshot = MetafileSnapshot(listed: listed, below: top)
            #expect(MetafileSnapshot(taken: snapshot.bytes) == snapshot)
        }
    }

    @Test(arguments: [
        "", "x", "git-dvc data in place, version 1\n", "git-dvc data in place, version 1\na\0b",
    ])
    func `a damaged file says nothing`(text: String) throws {
        try createDirectories(top.appending("dvc"))
        try writeFile(MaterialisedState.file(in: top), Array(text.utf8))
        #expect(MaterialisedState(in: top) == nil)
    }
}
