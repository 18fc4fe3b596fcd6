import Basics
import TestSupport
import Testing

@testable import DVC

/// Nothing that stands in a file may trap or take forever; these tests pass by coming to their end.
@Suite struct HostileTemplateTests {
    @Test func `a matrix of a million stages is refused`() {
        let list = "[" + (0..<1000).map(String.init).joined(separator: ", ") + "]"
        let matrix = (0..<20).map { "m\($0): \(list)" }.joined(separator: ", ")
        let error = failure { () throws(MetafileError) in
            try stages("stages: {g: {matrix: {\(matrix)}, cmd: x}}")
        }
        #expect(
            error?.reason
                == .template(place: "stages.g.matrix", .tooManyStages(limit: generatedStageLimit)))
    }

    @Test(arguments: [
        "stages: {s: {cmd: '\(String(repeating: "${big}", count: 2000))', outs: [o]}}",
        "stages: {g: {foreach: '${list}', do: {cmd: '\(String(repeating: "${big}", count: 20))'}}}",
        "stages: {g: {matrix: {a: '${list}', b: ['${big}', '${big}x']}, cmd: x}}",
        "stages: {g: {foreach: ['${all}', '${all}${all}'], do: {cmd: x}}}",
    ])
    func `text that grows without end is refused`(definition: String) {
        let big = String(repeating: "b", count: 100_000)
        let list = "[" + (0..<3000).map(String.init).joined(separator: ", ") + "]"
        let all = "[" + String(repeating: "*b, ", count: 5000) + "]"
        let parameters = "big: &b \(big)\nlist: \(list)\nall: \(all)\n"
        let error = failure { () throws(MetafileError) in
            try stages(definition, ["params.yaml": parameters])
        }
        guard case .template(_, .tooMuchText)? = error?.reason else {
            Issue.record("\(error?.summary ?? "no error")")
            return
        }
    }

    @Test func `deep nesting is refused in every kind of file`() {
        let depth = 100_000
        let files = [
            "a.json": "{\"a\":" + String(repeating: "[", count: depth),
            "a.toml": "a = " + String(repeating: "[", count: depth),
            "b.toml": "a." + String(repeating: "b.", count: depth) + "c = 1",
            "c.toml": "[" + String(repeating: "b.", count: depth) + "c]",
            "d.toml": String(repeating: "a = {", count: depth),
            "a.py": "a = " + String(repeating: "[", count: depth),
            "b.py": "a = " + String(repeating: "(", count: 150) + "1"
                + String(repeating: ")", count: 150),
            "c.py": (0..<200).map { String(repeating: " ", count: $0) + "class A:\n" }.joined(),
            "d.py": "a = -" + String(repeating: "-", count: depth) + "1",
            "a.yaml": "a: " + String(repeating: "[", count: depth),
        ]
        for name in files.keys {
            _ = try? stages("vars: [\(name)]", files)  // errors are as good as values here
        }
        #expect(throws: MetafileError.self) { try stages("vars: [a.json]", files) }
    }

    private static let samples: [String: String] = [
        "v.py": """
        a = 1; b: float = -1.5e-3
        c = "x" 'y' \"\"\"z
        w\"\"\"
        class A(B, metaclass=M):
            x = {"k": [True, None, (1, 2)], 2: {1}}
            def __init__(self, *a) -> int:
                self.s = r"\\d" + ""
                self.u: int = 0xff
        if True:
            hid = lambda x: 1
        f = [  # comment
          1j, b'\\x41', f"x{a}", ...]

        """,
        "v.toml": """
        a = 1_000 # c
        "c d" = "x\\ty\\u00e9"
        f = \"\"\"
        m \\
           l \"\"\"
        h = [1, [2, 'x'], {k = 1, l.m = 2},
         3,]
        j = 1979-05-27 07:32:00Z
        [t.u]
        x = 0xff
        [[arr]]
        q = inf
        """,
        "v.json": #"{"a": [1.5e3, -0, "x\u00e9\n", null, true], "c": {"d": {}}, "a": NaN}"#,
        "v.yaml": "a: 0x1F\nb: [1e3, .5, 2020-01-01]\nc: {x: ~, y: no}\n",
        "dvc.yaml": """
        vars: [v.yaml, 'v.json:c,a', {z: {y: [1, {x: 2}]}}]
        stages:
          a: {cmd: 'x ${z.y[1].x}', wdir: '${d}', outs: ['${a}_\\${b}', '${z.y[0]}': {push: false}]}
          g: {foreach: '${z}', do: {cmd: '${item}', vars: [{v: 1}], outs: ['${key}${v}']}}
          h: {foreach: [a, '${a}', [1]], do: {cmd: x, outs: ['${item[0]}']}}
          m: {matrix: {p: [1, '${a}'], q: '${z.y}'}, cmd: x, outs: ['${key}${item.q.x}']}
        """,
    ]

    @Test(arguments: samples.keys.sorted())
    func `survives random changes`(name: String) {
        var random = SeededGenerator(seed: UInt64(name.utf8.count))
        let inserts = [
            "${", "}", "[0]", ".", "\"\"\"", "'", "\\", "\n ", "@", "[[", "]", "{", "=", "\u{e9}",
        ]
        for _ in 0..<500 {
            var files = Self.samples.mapValues { Array($0.utf8) }
            var bytes = files[name] ?? []
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
                guard place < bytes.count else { break }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(place + 4, bytes.count))
                case 2:
                    let insert = inserts.randomElement(using: &random) ?? ""
                    bytes.insert(contentsOf: Array(insert.utf8), at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(12), at: place)
                }
            }
            files[name] = bytes
            if name != "dvc.yaml" { files["dvc.yaml"] = Array("vars: [\(name)]".utf8) }
            do throws(MetafileError) {
                _ = try PipelineDefinition(files["dvc.yaml"] ?? []) { files[$0.string] }
            } catch {
                #expect(!error.summary.isEmpty)
            }
        }
    }
}
