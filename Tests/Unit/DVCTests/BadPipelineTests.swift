import Basics
import Testing

@testable import DVC

@Suite struct BadPipelineTests {
    @Test(arguments: [
        ("stage: {}", "1:1: unknown key 'stage' in a dvc.yaml"),
        ("stages:\n", "1:8: 'stages' must be a map, not null"),
        ("stages: {a: {outs: [x]}}", "1:13: a stage without 'cmd'"),
        ("stages: {a: {cmd: x, out: [x]}}", "1:22: unknown key 'out' in a stage"),
        ("stages: {a: {cmd: 1}}", "1:19: 'cmd' must be a string or a list, not a number"),
        ("stages: {a: {foreach: [a]}}", "1:13: a stage group without 'do'"),
        (
            "stages: {a: {foreach: [a], do: {cmd: x}, x: 1}}",
            "1:42: unknown key 'x' in a stage group"
        ),
        ("stages: {a: {cmd: x, outs: [{b: {x: 1}}]}}", "1:34: unknown key 'x' in an out"),
        ("stages: {a: {cmd: x, outs: [b: ]}}", "1:32: an out must be a map, not null"),
        (
            "stages: {a: {cmd: x, outs: [12]}}",
            "1:29: an entry of 'outs' must be a string, not a number"
        ),
        ("stages: {a: {cmd: x, outs: [b: [{x: a}]]}}", "1:32: an out must be a map, not a list"),
        (
            "stages: {a: {cmd: x, outs: [b: {cache: '${x}'}]}}",
            "1:40: 'cache' must be true or false, not a string"
        ),
        ("vars: [1]", "1:8: 'vars' must be a list of strings and maps, not a number"),
        ("stages: {a: {cmd: x, wdir: \"\\0\"}}", "1:28: '\\u{0}' as 'wdir' is not a path"),
    ])
    func `a definition that DVC refuses is an error`(text: String, summary: String) {
        let error = failure { () throws(MetafileError) in
            try PipelineDefinition(Array(text.utf8)) { _ in nil }
        }
        #expect(error?.located(in: "dvc.yaml").summary == "dvc.yaml:\(summary)")
    }

    @Test(arguments: [
        ("schema: 2.0\nstages: {}\n", "1:9: schema 2.0 is a number, not the string '2.0'"),
        ("schema: '3.0'\n", "1:9: schema '3.0' is not '2.0'"),
        ("schema: '1.0'\n", "1:9: a lock file with schema '1.0'"),
        (
            "train: {cmd: x, outs: [{path: m, cache: false}]}\n",
            "1:34: unknown key 'cache' in an out"
        ),
        ("stages: {}\n", "1:1: a lock file without 'schema'"),
        ("schema: '2.0'\nstage: {}\n", "2:1: unknown key 'stage' in a lock file"),
        (
            "schema: '2.0'\nstages: {a: {outs: []}}\n",
            "2:13: a stage of the lock file without 'cmd'"
        ),
        (
            "schema: '2.0'\nstages: {a: {cmd: x, wdir: y}}\n",
            "2:22: unknown key 'wdir' in a stage of the lock file"
        ),
        (
            "schema: '2.0'\nstages: {a: {cmd: x, outs: [{path: m, cache: false}]}}\n",
            "2:39: unknown key 'cache' in an out"
        ),
        (
            "schema: '2.0'\nstages: {a: {cmd: x, outs: [{md5: a}]}}\n",
            "2:29: an out without 'path'"
        ),
        (
            "schema: '2.0'\nstages: {a: {cmd: x, outs: [{path: m, md5: 123}]}}\n",
            "2:44: md5 '123' is a number to YAML, not a string"
        ),
        ("[a]\n", "1:1: a lock file must be a map, not a list"),
    ])
    func `a lock file that DVC refuses is an error`(text: String, summary: String) {
        let error = failure { () throws(MetafileError) in try PipelineLock(Array(text.utf8)) }
        #expect(error?.located(in: "dvc.lock").summary == "dvc.lock:\(summary)")
    }

    @Test func `an empty lock file is nothing`() throws {
        #expect(try PipelineLock([]).stages.isEmpty)
        #expect(try PipelineLock(Array("schema: '2.0'\ndatasets: [{a: b}]\n".utf8)).stages.isEmpty)
    }
}
