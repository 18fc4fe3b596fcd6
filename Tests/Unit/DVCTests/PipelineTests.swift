import Basics
import Digests
import Testing

@testable import DVC

/// Both files of a pipeline brought together.
func pipeline(
    _ definition: String, lock: String? = nil, parameters: String? = nil
) throws -> Pipeline {
    let locked = try lock.map { text in try PipelineLock(Array(text.utf8)) }
    let definition = try PipelineDefinition(Array(definition.utf8)) { path in
        path == "params.yaml" ? parameters.map { Array($0.utf8) } : nil
    }
    return Pipeline(definition, lock: locked)
}

/// A lock file with one stage that has these outs.
func lock(_ stage: String, _ paths: String...) -> String {
    "schema: '2.0'\nstages:\n  \(stage):\n    cmd: x\n    outs:\n"
        + paths.map { "    - {path: \($0), hash: md5, md5: \(fileID), size: 7}\n" }.joined()
}

@Suite struct PipelineTests {
    @Test func `ids come from the lock file and flags from the definition`() throws {
        let read = try pipeline(
            """
            stages:
              train:
                cmd: [a, b]
                wdir: sub
                deps: [x]
                params: [lr, other.yaml: [a]]
                frozen: true
                outs:
                - model
                - ../logs: {cache: false, persist: true, desc: text}
                - new: {push: false, remote: R2}
                metrics:
                - m.json: {cache: false}
                - n.json
                plots:
                - p.csv: {x: a, header: false}
                - q.csv:
                  - {x: a, template: t}
                  - {x: b, cache: false}
                - r.csv
            """, lock: lock("train", "model", "../logs", "m.json", "gone"))
        #expect(
            read.outs.map(\.location)
                == [
                    "sub/model", "logs", "sub/new", "sub/m.json", "sub/n.json", "sub/p.csv",
                    "sub/q.csv", "sub/r.csv",
                ].map { .inside($0) })
        #expect(
            read.outs.map { $0.oid != nil } == [true, true, false, true] + [
                false, false, false, false,
            ])
        #expect(read.outs.map(\.isCached) == [true, false, true, false, true, true, false, true])
        #expect(read.outs[2].remoteName == "r2" && !read.outs[2].isPushable)
        #expect(read.outs[0].oid == ObjectID(fileID))
        #expect(read.outs[0].size == 7 && read.outs[0].stage == "train" && read.outs[0].line == 9)
    }

    @Test func `flags of a path named twice in one list are taken together`() throws {
        let read = try pipeline(
            "stages: {a: {cmd: x, outs: [m, {m: {cache: false}}, {m: {push: false}}]}}")
        #expect(read.outs.count == 1)
        #expect(read.outs.first?.isCached == false && read.outs.first?.isPushable == false)
    }

    @Test(arguments: ["", "stages: {}\n", "vars: [{b: 1}]\nmetrics: [m]\nplots: [p]\n"])
    func `a definition without stages has no outs`(text: String) throws {
        #expect(try pipeline(text, lock: lock("gone", "x")).outs.isEmpty)
    }

    @Test func `stages and paths are matched as text`() throws {
        let definition = "stages: {a: {cmd: x, outs: [./m, \"e\u{301}\"]}}"
        let read = try pipeline(definition, lock: lock("a", "m", "\u{E9}"))
        #expect(read.outs.map(\.oid) == [nil, nil])
        #expect(try pipeline(definition, lock: lock("b", "./m")).outs.first?.oid == nil)
        #expect(try pipeline(definition, lock: lock("a", "./m")).outs.first?.oid != nil)
    }

    @Test func `legacy ids have no hash key in the lock file either`() throws {
        let text = "schema: '2.0'\nstages: {a: {cmd: x, outs: [{path: m, md5: \(treeID)}]}}"
        let out = try #require(
            try pipeline("stages: {a: {cmd: x, outs: [m]}}", lock: text).outs.first)
        #expect(out.oid == ObjectID(treeID, scheme: .md5DosToUnix))
    }
}

@Suite struct TemplatedPipelineTests {
    @Test(arguments: [
        "foreach: [k, l]\n    do: {cmd: x, outs: ['m_${item}': {cache: false}]}",
        "matrix: {v: [k, l]}\n    cmd: x\n    outs: ['m_${item.v}': {cache: false}]",
    ])
    func `members of a group have their ids and flags`(body: String) throws {
        let text = "stages:\n  a: {cmd: x}\n  g:\n    \(body)\n"
        let read = try pipeline(text, lock: lock("g@k", "m_k", "gone"))
        #expect(read.outs.map(\.location) == [.inside("m_k"), .inside("m_l")])
        #expect(read.outs.map(\.stage) == ["g@k", "g@l"])
        #expect(read.outs.map { $0.oid != nil } == [true, false])
        #expect(read.outs.allSatisfy { !$0.isCached })
        #expect(try pipeline(text, lock: lock("g", "m_k")).outs.allSatisfy { $0.oid == nil })
        #expect(try pipeline(text, lock: lock("g@m", "m_k")).outs.allSatisfy { $0.oid == nil })
    }

    @Test func `paths of the lock file are those after filling in`() throws {
        let read = try pipeline(
            "stages: {a: {cmd: x, wdir: '${w}', outs: ['${n}.bin': {remote: '${r}'}, b]}}",
            lock: lock("a", "0.bin", "b", "'${n}.bin'"), parameters: "{w: sub, n: 0, r: Big}")
        #expect(read.outs.map(\.location) == [.inside("sub/0.bin"), .inside("sub/b")])
        #expect(read.outs.allSatisfy { $0.oid != nil })
        #expect(read.outs.map(\.remoteName) == ["big", nil])
    }

    @Test func `escaped templates stand for themselves`() throws {
        let read = try pipeline(
            #"stages: {a: {cmd: 'x', deps: ['\${z}'], wdir: '\${w}', outs: ['\${b}', '${c']}}"#,
            lock: lock("a", "'${b}'", "'${c'"))
        #expect(read.outs.map(\.location) == [.inside("${w}/${b}"), .inside("${w}/${c")])
        #expect(read.outs.allSatisfy { $0.oid != nil })
    }
}
