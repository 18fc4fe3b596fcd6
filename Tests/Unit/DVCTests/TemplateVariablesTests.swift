import Basics
import Testing

@testable import DVC

/// See ``sampleParameters`` for where the expected values come from.
@Suite struct TemplateVariablesTests {
    @Test(arguments: [
        ("[v.yaml]", "z: 1", "1"), ("[v.yaml]", nil, nil), ("[v.yaml]", "z: 1\na: 2", nil),
        ("[v.yaml]", "b: {new: 1}\nz: 2", "2"), ("[v.yaml]", "b: {e: 1}\nz: 2", nil),
        ("['v.yaml:z']", "z: 1\na: 2", "1"), ("['v.yaml:z', 'v.yaml:y']", "z: 1\ny: 2", "1"),
        ("['v.yaml:z', 'v.yaml:z']", "z: 1", nil), ("['v.yaml:z', v.yaml]", "z: 1", nil),
        ("[v.yaml, 'v.yaml:z']", "z: 1", nil), ("[v.yaml, ./v.yaml, s/../v.yaml]", "z: 1", "1"),
        ("[params.yaml, v.yaml]", "z: 1", "1"), ("['params.yaml:a', {z: 1}]", nil, nil),
        ("['v.yaml:']", "z: 1", "1"), ("['v.yaml:,']", "z: 1", "1"),
        ("['v.yaml:nope']", "z: 1", nil), ("['v.yaml: z']", "z: 1", nil),
        ("['v.yaml:z,z']", "z: 1", "1"), ("[':z']", nil, nil), ("[v.yaml]", "[1]", nil),
        ("[v.yaml, {z: 1}]", "", "1"), ("[v.yaml, {z: 1}]", "0", "1"), ("[v.yaml]", "z: [", nil),
        ("[v.yaml]", "z: 1\nd: 2020-01-01", nil), ("['v.yaml:z']", "z: 1\nd: 2020-01-01", "1"),
        ("[v.yaml]", "z: 1\n2: {x: 2020-01-01}", "1"), ("[{z: 1}]", nil, "1"),
        ("[{z: 1}, {z: 1}]", nil, nil), ("[{z: {p: 1}}, {z: {q: 2}}]", nil, nil),
        ("[{z: 1, a: 2}]", nil, nil), ("[{z: '${a}'}]", nil, nil), ("['v${a}.yaml']", nil, nil),
        ("[{z: '\\${a}'}]", nil, "${a}"), ("[{'${a}': 1}]", nil, nil), ("[{2: 1, z: 1}]", nil, "1"),
    ])
    func `vars are merged as in DVC`(vars: String, file: String?, expected: String?) {
        var files = ["params.yaml": sampleParameters]
        files["v.yaml"] = file
        let stage = "cmd: x, outs: ['o${z}']"
        let ofFile = "vars: \(vars)\nstages: {s: {\(stage)}}"
        let ofStage = "stages: {s: {\(stage), vars: \(vars)}}"
        for definition in [ofFile, ofStage] {
            let path = try? stages(definition, files).first?.outs.first?.path  // nil: an error
            #expect(path == expected.map { "o" + $0 })
        }
    }

    @Test(arguments: [
        ("v.json", #"{"z": 1.50, "z": 2e0}"#, "2.0"), ("v.toml", "z = 0xff", "255"),
        ("v.py", "z = -1", "-1"), ("v.PY", "z = None", "None"), ("v.txt", "z: 1e-3", "0.001"),
        ("v.dev.toml", "z: yaml", "yaml"), (".json", #"{"z": true}"#, "true"),
        ("v.py", "z = (1, 2)", nil), ("v.toml", "z = 1\nd = 1979-05-27", nil),
    ])
    func `the name of a file says what it holds`(name: String, text: String, expected: String?) {
        let definition = "vars: [\(name)]\nstages: {s: {cmd: x, outs: ['o${z}']}}"
        let read = try? stages(definition, [name: text])  // nil: an error
        #expect(read?.first?.outs.first?.path == expected.map { "o" + $0 })
    }

    @Test func `files of a stage lie in its working directory`() throws {
        let files = ["params.yaml": "d: sub", "sub/v.yaml": "z: 1", "None/v.yaml": "z: 2"]
        let definition = "stages: {s: {cmd: x, wdir: '${d}', vars: [v.yaml], outs: ['o${z}']}}"
        #expect(try stages(definition, files).first?.outs.first?.path == "o1")
        let ofGroup = """
            stages:
              g:
                foreach: [sub, None]
                do: {cmd: x, wdir: '${item}', vars: [v.yaml], outs: ['o${z}']}
            """
        #expect(try stages(ofGroup, files).flatMap { $0.outs.map(\.path) } == ["o1", "o2"])
        // Python's `None` is a directory's name to the vars, and no directory to the stage.
        let ofNull = "stages: {s: {cmd: x, wdir: '${n}', vars: [v.yaml], outs: ['o${z}']}}"
        let stage = try stages(ofNull, ["params.yaml": "n:", "None/v.yaml": "z: 2"]).first
        #expect(stage?.outs.first?.path == "o2" && stage?.wdir.isEmpty == true)
    }

    @Test func `vars of a member may not hide its item`() {
        for (group, key) in [("foreach: [1]", "item"), ("foreach: {k: 1}", "key")] {
            let body = "cmd: x, vars: [{\(key): 1}], outs: [o]"
            #expect(throws: MetafileError.self) {
                try stages("stages: {g: {\(group), do: {\(body)}}}")
            }
        }
        #expect(throws: Never.self) {
            try stages("stages: {g: {foreach: [1], do: {cmd: x, vars: [{key: 1}], outs: [o]}}}")
        }
    }

    @Test func `files are asked for once, and only when templates need them`() throws {
        var asked: [String] = []
        func read(_ definition: String) throws {
            asked = []
            _ = try PipelineDefinition(Array(definition.utf8)) { path in
                asked.append(path.string)
                return Array("z: 1".utf8)
            }
        }
        try read("stages: {s: {cmd: '$x \\${y}', outs: [o]}}")
        #expect(asked.isEmpty)
        try read("stages: {s: {cmd: 'x ${z}', outs: [o]}, t: {cmd: 'x ${z}', outs: [p]}}")
        #expect(asked == ["params.yaml"])
    }

    @Test func `the caller sees paths that leave the repository`() {
        var asked: [String] = []
        for name in ["../../v.yaml", "/etc/v.yaml"] {
            _ = try? PipelineDefinition(Array("vars: [\(name)]".utf8)) { path in  // it throws
                asked.append(path.string)
                return nil
            }
        }
        #expect(asked == ["params.yaml", "../../v.yaml", "params.yaml", "/etc/v.yaml"])
    }
}
