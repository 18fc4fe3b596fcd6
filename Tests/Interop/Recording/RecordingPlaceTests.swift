import Basics
import TestSupport
import Testing

/// `add` finds again what is recorded in unusual ways, and loses nothing of it.
@Suite struct RecordingPlaceTests {
    @Test(arguments: [
        ("..", "x", "x"), ("..", "./sub/../x", "x"), ("deep", "x", "sub/deep/x"),
        ("./", "x", "sub/x"),
    ])
    func `a .dvc file with a working directory of its own`(
        wdir: String, spelling: String, place: String
    ) throws {
        let twins = try TwinRepositories()
        try twins.write("content", place)
        let text = """
            wdir: \(wdir)
            outs:
            - md5: a41d8cd98f00b204e9800998ecf8427e
              size: 0
              hash: md5
              path: \(spelling)
              cache: false
              desc: kept

            """
        try twins.write(text, "sub/x.dvc")
        #expect(try twins.run("add", place).both(0))
        #expect(try twins.differences() == [])
    }

    @Test func `an out that takes the place of another is seen from its file`() throws {
        let twins = try TwinRepositories()
        try twins.write("content", "sub/x")
        try twins.write("wdir: ..\nouts:\n- path: other\ndesc: d\n", "sub/x.dvc")
        #expect(try twins.run("add", "sub/x").both(0))
        try twins.sandbox.dvc("status", "--quiet", in: twins.ours)
        #expect(try twins.differences() == [])
    }

    @Test func `several parts of one directory`() throws {
        let twins = try TwinRepositories()
        try twins.write("1", "d/1")
        #expect(try twins.run("add", "d").both(0))
        try twins.write("2", "d/2")
        try twins.write("3", "d/sub/3")
        try twins.write("one", "d/1")
        #expect(try twins.run("add", "d/2", "d/sub", "d/1").both(0))
        #expect(try twins.differences() == [])
        try twins.sandbox.dvc("status", "--quiet", in: twins.ours)
    }

    @Test func `parts of one directory added by two at once`() throws {
        let twins = try TwinRepositories()
        try twins.write("1", "d/1")
        #expect(try twins.run("add", "d").both(0))
        try twins.write("2", "d/2")
        try twins.write("3", "d/3")
        let processes = try ["d/2", "d/3"].map {
            try twins.sandbox.start("git", ["dvc", "add", $0], in: twins.ours)
        }
        for process in processes { #expect(process.wait().succeeded) }
        #expect(try twins.sandbox.dvc("status", in: twins.ours).output.contains("up to date"))
    }

    @Test func `removing data leaves what is not recorded`() throws {
        let twins = try TwinRepositories()
        try twins.write("*.tmp\n", ".dvcignore")
        try twins.write("1", "d/sub/1")
        try twins.write("2", "d/gone/2")
        try twins.write("mine", "d/sub/x.tmp")
        #expect(try twins.run("add", "d").both(0))
        #expect(try twins.run("remove", "--outs", "d.dvc").both(0))
        #expect(!fileExists(twins.theirs.appending("d/sub/x.tmp")))
        let kept = try twins.sandbox.run("find", "d", in: twins.ours).checked().outputLines
        #expect(kept.sorted() == ["d", "d/sub", "d/sub/x.tmp"])
    }

    @Test func `the last stage does not take plots and parameters along`() throws {
        let twins = try TwinRepositories()
        try twins.write("stages:\n  a:\n    cmd: echo\n# mine\nplots:\n- p.csv\n", "dvc.yaml")
        #expect(try twins.run("remove", "a").both(0))
        #expect(!fileExists(twins.theirs.appending("dvc.yaml")))
        let kept = try readFile(twins.ours.appending("dvc.yaml"))
        #expect(String(decoding: kept, as: UTF8.self).hasSuffix("plots:\n- p.csv\n"))
        try twins.sandbox.dvc("status", "--quiet", in: twins.ours)
    }
}
