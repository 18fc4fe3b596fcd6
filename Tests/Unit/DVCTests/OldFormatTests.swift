import Basics
import Digests
import Testing

@testable import DVC

/// What DVC before 2.0 wrote, and DVC 3.67 does not read any more.
@Suite struct OldFormatTests {
    @Test func `a lock file of DVC 1 has its stages at the top level and legacy objects`() throws {
        let definition = """
            stages:
              train:
                cmd: x
                deps: [data]
                outs: [model]
                metrics: [m.json: {cache: false}]
            """
        let lock = """
            train:
              cmd: x
              deps:
              - path: data
                md5: \(fileID)
              params:
                params.yaml:
                  lr: 1
              outs:
              - path: model
                md5: \(fileID)
              - path: m.json
                md5: \(fileID)
            """
        let outs = try pipeline(definition, lock: lock).outs
        #expect(outs.map(\.oid?.scheme) == [.md5DosToUnix, .md5DosToUnix])
        #expect(outs.map(\.isCached) == [true, false])
    }

    @Test(arguments: ["metric", "plot", "tags"])
    func `keys of old outs are named with who wrote them`(key: String) {
        let error = #expect(throws: MetafileError.self) {
            try Metafile(Array("outs:\n- md5: \(fileID)\n  path: m\n  \(key): false\n".utf8))
        }
        #expect(error?.line == 4)
        #expect(error?.summary.contains("unknown key '\(key)'") == true)
        #expect(error?.advice?.contains("DVC 0.x") == true)
    }

    @Test func `an old stage file says which DVC wrote it`() {
        let error = #expect(throws: MetafileError.self) {
            try Metafile(Array("md5: \(fileID)\ncmd: python train.py\nouts: []\n".utf8))
        }
        #expect(error?.summary.contains("DVC 0.x") == true)
    }
}

/// What a stage reads, for its ancestors.
@Suite struct StageTests {
    @Test func `a stage reads its dependencies and parameters files, from where it works`() throws {
        let stages = try pipeline(
            """
            stages:
              a:
                cmd: x
                wdir: sub
                deps: [x, ../y, "${z}", s3://b/k]
                params: [lr, other.yaml: [p], all.json: ]
              g:
                foreach: [1, 2]
                do: {cmd: x, deps: ["d${item}"], outs: ["o${item}"]}
            """, parameters: "z: zed\n"
        ).stages
        #expect(stages.map(\.name) == ["a", "g@1", "g@2"])
        #expect(stages.map(\.group) == [nil, "g", "g"])
        #expect(
            stages[0].dependencies == [
                .inside("sub/x"), .inside("y"), .inside("sub/zed"), .outside("s3://b/k"),
                .inside("sub/params.yaml"), .inside("sub/other.yaml"), .inside("sub/all.json"),
            ])
        #expect(stages[2].dependencies == [.inside("d2")])
    }

    @Test func `an import from another repository reads nothing of this one`() throws {
        let url = try Metafile(Array("deps: [{path: ../in}]\nouts: [{path: o}]\n".utf8))
        #expect(url.stage.dependencies == [.inside("../in")])
        let repo = try Metafile(
            Array("deps: [{path: in, repo: {url: u}}]\nouts: [{path: o}]\n".utf8))
        #expect(repo.stage.dependencies == [])
    }
}
