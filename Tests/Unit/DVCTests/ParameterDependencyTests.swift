import Basics
import Testing

@testable import DVC

@Suite struct ParameterDependencyTests {
    /// The changes that a stage with these parameters sees, as `name: change`.
    private func changes(
        _ params: String, lock: String, file: String, named name: FilePath = "params.yaml"
    ) throws -> [String]? {
        let definition = try PipelineDefinition(
            Array("stages:\n  s:\n    cmd: x\n    params: \(params)\n".utf8)
        ) { _ in nil }
        let locked = try PipelineLock(
            Array("schema: '2.0'\nstages:\n  s:\n    cmd: x\n    params: \(lock)\n".utf8))
        let stage = try #require(Pipeline(definition, lock: locked).stages.first)
        guard case .parameters(let dependency)? = stage.state.inputs.first else { return nil }
        if dependency.isNew { return nil }
        return try dependency.changes(in: Array(file.utf8), named: name)
            .map { "\($0.name): \($0.change)" }
    }

    @Test(arguments: [
        ("[a]", "{a: 1}", "a: 1", []), ("[a]", "{a: 1}", "a: 1.0", []),
        ("[a]", "{a: true}", "a: 1", []), ("[a]", "{a: 1}", "a: '1'", ["a: modified"]),
        ("[a]", "{a: 1}", "b: 1", ["a: deleted"]), ("[a, b]", "{a: 1}", "{a: 1, b: 2}", ["b: new"]),
        ("[a.b.1]", "{a.b.1: 3}", "a: {b: [2, 3]}", []),
        ("[a]", "{a: {x: 1, y: 2}}", "a: {y: 2, x: 1}", []),
        ("[a]", "{a: {1: x}}", "a: {1: y}", ["a: modified"]),
        ("[a]", "{a: 2020-01-01}", "a: 2020-01-02", ["a: modified"]),
        ("[a]", "{a: 9007199254740993}", "a: 9007199254740992.0", ["a: modified"]),
        ("[a]", "{a: .nan}", "a: .nan", ["a: modified"]),
        ("[a]", "{a: \u{e9}}", "a: e\u{301}", ["a: modified"]),
        ("[a]", "{a: null}", "a:", []), ("[a]", "{a: 1, b: 2}", "a: 1", []),
    ])
    func `compares values as Python does`(
        params: String, lock: String, file: String, expected: [String]
    ) throws {
        #expect(try changes(params, lock: "{params.yaml: \(lock)}", file: file) == expected)
    }

    @Test func `of a whole file, what is in it comes first, then what was`() throws {
        let found = try changes(
            "[{params.yaml: }]", lock: "{params.yaml: {a: 1, c: 3, z: 1}}", file: "z: 2\nb: 1\na: 1"
        )
        #expect(found == ["z: modified", "b: new", "c: deleted"])
    }

    @Test func `what the lock does not have never ran`() throws {
        #expect(try changes("[a]", lock: "{other.yaml: {a: 1}}", file: "a: 1") == nil)
    }

    @Test func `a tuple is what was recorded as a list`() throws {
        func compare(_ file: String) throws -> [String]? {
            try changes("[{p.py: [T]}]", lock: "{p.py: {T: [1, 2]}}", file: file, named: "p.py")
        }
        #expect(try compare("T = (1, 2)\n") == [])
        #expect(try compare("T = 1, 3\n") == ["T: modified"])
    }

    @Test func `a file that is none of parameters fails`() {
        #expect(throws: ParameterFileError.self) {
            try changes("[a]", lock: "{params.yaml: {a: 1}}", file: "a: [")
        }
        #expect(throws: ParameterFileError.self) {
            try changes("[{params.yaml: }]", lock: "{params.yaml: {a: 1}}", file: "- a")
        }
    }
}
