import Basics
import Testing

@testable import DVC

/// See ``sampleParameters`` for where the expected values come from.
@Suite struct StageGroupTests {
    private static let foreach: [(String, [String]?)] = [
        (#"'x${ints[7]}'"#, nil),
        (#"'x${ints[8]}'"#, nil),
        (#"[a, b, a]"#, ["g@a", "g@b"]),
        (#"[1, 1.0, true]"#, ["g@1", "g@1.0", "g@true"]),
        (#"[true, false]"#, ["g@true", "g@false"]),
        (#"[null]"#, ["g@None"]),
        (#"[1e3, 1e-3, 1e16, 2.50]"#, ["g@1000.0", "g@0.001", "g@1e+16", "g@2.5"]),
        (#"[0x1F, 010]"#, ["g@31", "g@10"]),
        (#"[a, {x: 1}]"#, ["g@0", "g@1"]),
        (#"[[1], [2]]"#, ["g@0", "g@1"]),
        (#"[]"#, []),
        (#"{}"#, []),
        (#"{a: 1, b: 2}"#, ["g@a", "g@b"]),
        (#"{1: a, '1': b}"#, ["g@1"]),
        (#"{a: {x: 1}, b: {x: 2}}"#, ["g@a", "g@b"]),
        (#"[2020-01-01]"#, nil),
        (#"{2020-01-01: a}"#, ["g@2020-01-01"]),
        (#"[{x: 2020-01-01}]"#, nil),
        (#"['a@b']"#, nil),
        (#"{'a@b': 1}"#, nil),
        (#"['']"#, nil),
        (#"{'': 1}"#, nil),
        (#"[' ', 'a b']"#, ["g@ ", "g@a b"]),
        (#"['a/b']"#, ["g@a/b"]),
        (#"'abc'"#, nil),
        (#"['a-b', 'a.b']"#, ["g@a-b", "g@a.b"]),
        (#"['é', '日本']"#, ["g@é", "g@日本"]),
        (#"[x, '${t}']"#, ["g@x", "g@txt"]),
        (#"['${b.e}', true]"#, ["g@True", "g@true"]),
        (#"['${b.n}']"#, ["g@None"]),
        (#"['${lst}']"#, ["g@0"]),
        (#"['${map}']"#, ["g@0"]),
        (#"['x${lst}']"#, ["g@x['a', 'b', 'c']"]),
        (#"['x${map}']"#, ["g@x--k1.v 1 --k2.v 2"]),
        (#"['x${dicts}']"#, ["g@x[{'x': 1, 'y': 'p'}, {'x': 2, 'y': 'q'}]"]),
        (#"['x${b}']"#, nil),
        (#"['x${scal}']"#, ["g@x--k1 10 --k2 --k3 None"]),
        (#"['x${nested}']"#, ["g@x[[1, 2], [3]]"]),
        (#"['x${q}${esc}']"#, ["g@xit's \"q\"${x}"]),
        (#"{'x${t}': 1}"#, ["g@xtxt"]),
        (#"{x: '${lst}'}"#, ["g@x"]),
        (#"[{2: a, x: b}]"#, ["g@0"]),
        (#"{x: {2: a}}"#, ["g@x"]),
        (#"${lst}"#, ["g@a", "g@b", "g@c"]),
        (#"${bools}"#, ["g@True", "g@False"]),
        (#"${nulls}"#, ["g@None"]),
        (#"${dicts}"#, ["g@0", "g@1"]),
        (#"${mix}"#, ["g@0", "g@1"]),
        (#"${map}"#, ["g@k1", "g@k2"]),
        (#"${scal}"#, ["g@k1", "g@k2", "g@k3"]),
        (
            #"${ints}"#,
            [
                "g@31", "g@15", "g@5", "g@10", "g@7", "g@0", "g@1000",
                "g@123456789012345678901234567890", "g@-5",
            ]
        ),
        (#"${nested}"#, ["g@0", "g@1"]),
        (#"${a}"#, nil),
        (#"${t}"#, nil),
        (#"${b.c}"#, ["g@0", "g@1", "g@2"]),
        (#"${b}"#, ["g@c", "g@e", "g@n", "g@f"]),
        (#"${e}"#, nil),
        (#"x"#, nil),
        (#"${lst}${lst}"#, nil),
        (#"${no}"#, nil),
        (#"${deep}"#, ["g@a"]),
    ]

    @Test(arguments: foreach)
    func `foreach makes the stages that DVC makes`(data: String, expected: [String]?) {
        let definition = "stages:\n  g:\n    foreach: \(data)\n    do: {cmd: x, outs: [o]}\n"
        let names = (try? stages(definition))?.map(\.name)  // nil for an error, as in the table
        #expect(names == expected)
    }

    private static let matrix: [(String, [String]?)] = [
        (#"{a: [1, 2], b: [x, y]}"#, ["g@1-x", "g@1-y", "g@2-x", "g@2-y"]),
        (#"{b: [x], a: [true, null, 1e-3]}"#, ["g@x-true", "g@x-None", "g@x-0.001"]),
        (#"{a: [[1], {x: 1}], b: [q]}"#, ["g@a0-q", "g@a1-q"]),
        (#"{}"#, nil),
        (#"{a: []}"#, []),
        (#"{a: [], b: '${a}'}"#, nil),
        (#"{a: abc}"#, ["g@a", "g@b", "g@c"]),
        (#"{a: é日}"#, ["g@é", "g@日"]),
        (#"{a: ''}"#, []),
        (
            #"{a: '${lst}', b: '${bools}'}"#,
            ["g@a-True", "g@a-False", "g@b-True", "g@b-False", "g@c-True", "g@c-False"]
        ),
        (#"{a: '${map}'}"#, ["g@k1", "g@k2"]),
        (#"{a: '${t}'}"#, nil),
        (#"{a: '${dicts}', b: [1]}"#, ["g@a0-1", "g@a1-1"]),
        (#"{a: 'x${lst}'}"#, ["g@x", "g@[", "g@'", "g@a", "g@,", "g@ ", "g@b", "g@c", "g@]"]),
        (#"{'x${t}': [1, [2]]}"#, ["g@1", "g@xtxt1"]),
        (#"{'${t}': [1]}"#, nil),
        (#"{a: [x, x]}"#, ["g@x"]),
        (#"{a: ['x-y', x], b: ['y-z', 'z']}"#, ["g@x-y-y-z", "g@x-y-z", "g@x-z"]),
        (#"{a: ['@']}"#, nil),
        (#"{a: ['']}"#, nil),
        (#"{a: ['', ''], b: ['']}"#, ["g@-"]),
        (#"{a: ['${t}', '${b.e}', true]}"#, ["g@txt", "g@True", "g@true"]),
        (#"{key: [1], item: [2]}"#, ["g@1-2"]),
        (#"{a: [2020-01-01]}"#, nil),
        (#"{a: ['${nested}']}"#, ["g@a0"]),
        (#"{a: ['p${nested}']}"#, ["g@p[[1, 2], [3]]"]),
    ]

    @Test(arguments: matrix)
    func `matrix makes the stages that DVC makes`(data: String, expected: [String]?) {
        let definition = "stages:\n  g:\n    matrix: \(data)\n    cmd: x\n    outs: [o]\n"
        let names = (try? stages(definition))?.map(\.name)  // nil for an error, as in the table
        #expect(names == expected)
    }

    @Test(arguments: [
        ("foreach: [a, 1]", "${item}", nil), ("foreach: [a, 1]", "o${item}", ["oa", "o1"]),
        ("foreach: ['${b.e}', true]", "o${item}", ["otrue", "otrue"]),
        ("foreach: ${dicts}", "o${item.x}${item[y]}", ["o1p", "o2q"]),
        ("foreach: ${map}", "o${key}${item.v}", ["ok11", "ok22"]),
        ("foreach: [a]", "o${key}", nil), ("foreach: ${mix}", "o${item.x}", nil),
        ("foreach: {1: a, '1': b}", "o${key}${item}", ["o1b"]),
        ("foreach: [{2: a, x: b}]", "o${item.x}${item.2}", nil),
        ("foreach: []", "${nope}", []),
        (
            "matrix: {a: [1, true], b: '${dicts}'}", "o${key}${item.a}${item.b.y}",
            ["o1-b01p", "o1-b11q", "otrue-b0truep", "otrue-b1trueq"]
        ),
        ("matrix: {key: [1], item: [2]}", "o${key}${item.key}${item.item}", ["o1-212"]),
    ])
    func `members see their item and key`(data: String, path: String, expected: [String]?) {
        let isMatrix = data.hasPrefix("matrix")
        let body = "cmd: x, outs: [\(yamlQuoted(path))]"
        let group =
            isMatrix ? "    cmd: x\n    outs: [\(yamlQuoted(path))]\n" : "    do: {\(body)}\n"
        let read = try? stages("stages:\n  g:\n    \(data)\n\(group)")  // nil: an error
        #expect(read.map { $0.flatMap { $0.outs.map(\.path) } } == expected)
    }

    @Test(arguments: [
        ("{a: {foreach: [b], do: {cmd: x, outs: [p]}}, a@b: {cmd: x, outs: [q]}}", ["p", "p"]),
        ("{a@b: {cmd: x, outs: [q]}}", nil), ("{'': {cmd: x, outs: [q]}}", nil),
        ("{a@b: {foreach: [c], do: {cmd: x, outs: [q]}}}", ["q"]),
        ("{a: {foreach: [1], do: {cmd: x, matrix: {m: [1]}, outs: ['o${item}']}}}", ["o1"]),
    ])
    func `names are found as DVC finds them`(body: String, expected: [String]?) {
        let read = try? stages("stages: \(body)")  // nil: an error
        #expect(read.map { $0.flatMap { $0.outs.map(\.path) } } == expected)
    }
}
