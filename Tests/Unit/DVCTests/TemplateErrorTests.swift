import Basics
import Testing

@testable import DVC

@Suite struct TemplateErrorTests {
    @Test(arguments: [
        ("stages: {s: {cmd: x, outs: ['o${n}']}}", "1:29: stages.s.outs: no value for '${n}'"),
        (
            "stages: {s: {cmd: x, wdir: '${b.c}', outs: [o]}}",
            "1:28: stages.s.wdir: '${b.c}' is a list, not one value"
        ),
        (
            "stages: {s: {cmd: '${a..b}', outs: [o]}}",
            "1:19: stages.s.cmd: '${a..b}' is not an expression"
        ),
        (
            "stages: {s: {cmd: 'x ${nested}'}}",
            "1:19: stages.s.cmd: '${nested}' is a list, not one value"
        ),
        (
            "stages: {s: {cmd: x, outs: ['${a}']}}",
            "1:29: stages.s.outs: an out must be a string, not a number"
        ),
        ("vars: [a, {a: '${b}'}]", "1:8: vars: there is no file 'a'"),
        ("vars: [{a: '${b}'}]", "1:8: vars: a template is not allowed here: '${b}'"),
        ("vars: [{a: 2}]", "1:8: vars: 'a' has a value already"),
        (
            "stages: {s: {cmd: x, vars: ['params.yaml:a']}}",
            "1:29: stages.s.vars: 'params.yaml:a' is loaded already"
        ),
        (
            "vars: [bad.json]",
            "1:8: vars: 'bad.json' line 2: not valid JSON: expected a value"
        ),
        ("vars: ['bad.toml:a']", "1:8: vars: 'bad.toml' line 1: not valid TOML: expected a value"),
        ("vars: [list.yaml]", "1:8: vars: 'list.yaml' holds a list, not a map"),
        ("vars: ['list.json:b']", "1:8: vars: no key 'b' in 'list.json'"),
        (
            "stages: {g: {foreach: '${a}', do: {cmd: x}}}",
            "1:23: stages.g.foreach: needs a list or a map, not a number"
        ),
        (
            "stages: {g: {foreach: [a@b], do: {cmd: x}}}",
            "1:10: stages: the name 'g@a@b' is not usable"
        ),
        (
            "stages: {g: {foreach: [1], do: {cmd: 'x ${n}'}}}",
            "1:38: stages.g@1.cmd: no value for '${n}'"
        ),
    ])
    func `a template that cannot be filled in says which and where`(text: String, summary: String) {
        let files = [
            "params.yaml": sampleParameters, "bad.json": "{\"a\":\n}", "bad.toml": "a = \n",
            "list.yaml": "[1]", "list.json": "{\"a\": 1}",
        ]
        let error = failure { () throws(MetafileError) in try stages(text, files) }
        #expect(error?.located(in: "dvc.yaml").summary == "dvc.yaml:\(summary)")
    }
}
