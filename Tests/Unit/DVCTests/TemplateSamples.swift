import Basics
import Testing

@testable import DVC

/// The `params.yaml` of the tables in the tests of templates.
///
/// What stands in those tables comes from DVC 3.67.1: each case was written as `dvc.yaml` beside
/// this file, and read with `dvc.dvcfile.load_file(repo, path).stages`; `nil` is where that fails.
let sampleParameters = #"""
    a: 1
    b: {c: [x, y, {d: z}], e: true, n: null, f: 1e-3}
    floats: [1.0, 1e3, 2.50, 1e16, 123456789012345678.0, 1e22, .5, 1e-5, 0.0001, -0.0, .inf, -.inf, .nan, 9007199254740993.0]
    bools: [true, false]
    nulls: [null]
    ints: [0x1F, 0o17, 0b101, 010, +7, -0, 1_000, 123456789012345678901234567890, -5]
    lst: [a, b, c]
    dicts: [{x: 1, y: p}, {x: 2, y: q}]
    mix: [1, {x: 2}]
    map: {k1: {v: 1}, k2: {v: 2}}
    scal: {k1: 10, k2: true, k3: null}
    t: txt
    e: ""
    zero: 0
    no: yes
    "key with space": sp
    "dash-key": dk
    2: two
    nested: [[1, 2], [3]]
    "": emptykey
    deep: {a: {b: {c: {d: 5}}}}
    q: "it's \"q\""
    esc: '\${x}'
    nl: "a\nb"
    """#

/// The stages of a `dvc.yaml` that has these files beside it.
func stages(
    _ definition: String, _ files: [String: String] = ["params.yaml": sampleParameters]
) throws(MetafileError) -> [PipelineStage] {
    try PipelineDefinition(Array(definition.utf8)) { path in
        files[path.string].map { Array($0.utf8) }
    }.stages
}

/// A text in the single quotes of YAML.
func yamlQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
}
