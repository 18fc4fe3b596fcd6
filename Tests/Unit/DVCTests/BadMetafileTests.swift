import Basics
import Testing
import YAML

@testable import DVC

func failure<Value>(_ body: () throws(MetafileError) -> Value) -> MetafileError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

@Suite struct BadMetafileTests {
    @Test(arguments: [
        ("out: []\n", "data/m.dvc:1:1: unknown key 'out' in a .dvc file"),
        ("outs:\n- path: x\n  metric: true\n", "data/m.dvc:3:3: unknown key 'metric' in an out"),
        ("outs:\n- size: 1\n", "data/m.dvc:2:3: an out without 'path'"),
        ("outs:\n- path: 1.5\n", "data/m.dvc:2:9: 'path' must be a string, not a number"),
        ("outs:\n- path: 2020-01-31\n", "data/m.dvc:2:9: 'path' must be a string, not a date"),
        ("outs:\n- path: ''\n", "data/m.dvc:2:9: '' as 'path' is not a path"),
        ("outs:\n- path: \"a\\0b\"\n", "data/m.dvc:2:9: 'a\\u{0}b' as 'path' is not a path"),
        ("wdir: \"\\0\"\nouts:\n- path: x\n", "data/m.dvc:1:7: '\\u{0}' as 'wdir' is not a path"),
        ("outs:\n- x\n", "data/m.dvc:2:3: an out must be a map, not a string"),
        ("outs: {}\n", "data/m.dvc:1:7: 'outs' must be a list, not a map"),
        ("- a\n", "data/m.dvc:1:1: a .dvc file must be a map, not a list"),
        ("hello\n", "data/m.dvc:1:1: a .dvc file must be a map, not a string"),
        ("1: a\n", "data/m.dvc:1:1: a key in a .dvc file must be a string, not a number"),
        (
            "outs:\n- path: x\n  cache: no\n",
            "data/m.dvc:3:10: 'cache' must be true or false, not a string"
        ),
        (
            "outs:\n- path: x\n  size: 1.0\n",
            "data/m.dvc:3:9: 'size' must be a whole number, not a number"
        ),
        (
            "outs:\n- path: x\n  size: -1\n",
            "data/m.dvc:3:9: '-1' as 'size': must be a number from 0 to 2^63-1"
        ),
        (
            "outs:\n- path: x\n  size: 99999999999999999999\n",
            "data/m.dvc:3:9: '99999999999999999999' as 'size': must be a number from 0 to 2^63-1"
        ),
        (
            "outs:\n- path: x\n  cloud: {a: {}, b: {}}\n",
            "data/m.dvc:3:10: 'cloud' must be a map of one remote, not a map"
        ),
        (
            "outs:\n- path: x\n  cloud: {a: {x: 1}}\n",
            "data/m.dvc:3:15: unknown key 'x' in an entry of 'cloud'"
        ),
        (
            "outs:\n- path: x\n  files: [{md5: a}]\n",
            "data/m.dvc:3:11: an entry of 'files' without 'relpath'"
        ),
        (
            "deps:\n- path: x\n  cache: true\n",
            "data/m.dvc:3:3: unknown key 'cache' in a dependency"
        ),
        ("deps:\n- repo: {rev: a}\n", "data/m.dvc:2:9: 'repo' without 'url'"),
        ("outs:\n- path: x\n  path: y\n", "data/m.dvc:3:3: duplicate key 'path'"),
        ("outs: [\n", "data/m.dvc:2:1: not valid YAML: did not find expected node content"),
    ])
    func `says what is wrong and where`(text: String, summary: String) {
        let error = failure { () throws(MetafileError) in try metafile(text) }
        #expect(error?.located(in: "data/m.dvc").summary == summary)
    }

    @Test(arguments: [
        ("12345678901234567890123456789012", MetafileError.IDFlaw.unquotedNumber),
        ("00000000000000000000000000000e12", .unquotedNumber),
        ("D41D8CD98F00B204E9800998ECF8427E", .upperCase),
        ("d751713988987E9331980363e24189ce.dir", .upperCase),
        ("d41d8cd98f00b204e9800998ecf8427", .notHex),
        ("d41d8cd98f00b204e9800998ecf8427e.d", .notHex),
        ("g41d8cd98f00b204e9800998ecf8427e", .notHex),
    ])
    func `a bad id is shown with its flaw`(id: String, flaw: MetafileError.IDFlaw) {
        let error = failure { () throws(MetafileError) in
            try metafile("outs:\n- path: x\n  md5: \(id)\n")
        }
        #expect(
            error
                == MetafileError(.badID(key: "md5", value: id, flaw: flaw), line: 3, column: 8))
        #expect(error?.advice != nil)
    }

    @Test func `digits in quotes are an id`() throws {
        #expect(try out("md5: '12345678901234567890123456789012'").oid != nil)
    }

    @Test func `an old stage file is named as such`() {
        let error = failure { () throws(MetafileError) in
            try metafile(
                "md5: \(fileID)\ncmd: python train.py\nouts:\n- path: m\n  metric: false\n")
        }
        #expect(error?.reason == .oldStageFile)
        #expect(error?.line == 2)
        #expect(error?.advice?.contains("dvc stage add") == true)
    }

    @Test(arguments: [
        "outs:\n<<<<<<< HEAD\n- path: a\n=======\n- path: b\n>>>>>>> other\n",
        "outs:\n- path: a\n<<<<<<< HEAD\n  size: 1\n=======\n  size: 2\n>>>>>>> other\n",
        "# x\n<<<<<<< HEAD\n",
    ])
    func `conflict markers are named as such`(text: String) {
        let error = failure { () throws(MetafileError) in try metafile(text) }
        #expect(error?.reason == .conflictMarkers)
        #expect(error?.line == text.prefix { $0 != "<" }.count { $0 == "\n" } + 1)
    }

    @Test func `what looks like a marker inside of a text is none`() throws {
        let file = try metafile("desc: |\n  <<<<<<< HEAD\nouts: []\n")
        #expect(file.outs.isEmpty)
    }

    @Test func `the place names file and commit once they are known`() {
        let error = MetafileError(.conflictMarkers, line: 3)
        #expect(error.summary == "line 3: the file has merge-conflict markers")
        #expect(
            error.located(in: "a\u{1B}b", at: "12ab").summary
                == "a\\u{1b}b:3 (commit 12ab): the file has merge-conflict markers")
    }
}
