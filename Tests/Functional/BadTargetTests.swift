import Basics
import TestSupport
import Testing

/// Metafiles that are broken in every way, beside one that is not.
@Suite struct BadTargetTests {
    private static let broken: [(name: String, text: String, words: String)] = [
        (
            "long.dvc", "outs:\n- md5: \(String(repeating: "a", count: 1_000_000))\n  path: l\n",
            "long.dvc:2:8"
        ),
        (
            "metric.dvc", "outs:\n- path: p\n  metric: true\n",
            "metric.dvc:3:3: unknown key 'metric'"
        ),
        ("stage.dvc", "cmd: x\nouts:\n- path: p\n", "stage.dvc:1:1: a stage file"),
        ("dvc.yaml", "stages:\n  t: {cmd: '${nope}', outs: [q]}\n", "dvc.yaml:2:12: stages.t.cmd"),
        ("v/dvc.lock", "schema: 2.0\nstages: {}\n", "v/dvc.lock:1:9: schema 2.0 is a number"),
    ]

    private func world() throws -> PushWorld {
        let world = try PushWorld(hook: false)
        try world.repository.add("good", as: "good")
        for (name, text, _) in Self.broken { try world.write(text, to: name) }
        try world.write("stages:\n  s: {cmd: x, outs: [q]}\n", to: "v/dvc.yaml")
        try world.commit()
        return world
    }

    @Test func `each is named by file and line, and the good one is pushed`() throws {
        let world = try world()
        let result = try world.dvc("push")
        #expect(result.status == 1)
        for (_, _, words) in Self.broken {
            #expect(result.errorOutput.contains(words), "\(result)")
        }
        #expect(result.output == "1 file pushed\n")
    }

    @Test func `a target that is not broken knows nothing of the others`() throws {
        let result = try world().dvc("push", "good.dvc")
        #expect(result.succeeded)
        #expect(result.errorOutput == "")
    }

    @Test func `only a history of them is a warning`() throws {
        let world = try world()
        try world.git("checkout", "-q", "-b", "other")
        try world.git("rm", "-q", "-r", "v", "long.dvc", "metric.dvc", "stage.dvc", "dvc.yaml")
        try world.commit()
        let result = try world.dvc("push", "-A")
        #expect(result.succeeded, "\(result)")
        for (_, _, words) in Self.broken {
            let place = words.prefix { $0 != " " }.dropLast(words.contains(" ") ? 1 : 0)
            #expect(result.errorOutput.contains("\(place) (commit "), "\(result)")
        }
    }

    @Test func `of a misspelled target the nearest name is told, be it a path or a stage`() throws {
        let world = try PushWorld(hook: false)
        try world.repository.add("x", as: "sub/data")
        try world.write("stages:\n  a: {cmd: x}\n  train: {cmd: x}\n", to: "sub/dvc.yaml")
        let directory = world.path.appending("sub")
        for (word, meant) in [("dat", "data"), ("trian", "train")] {
            let result = try world.dvc("pull", word, in: directory)
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("hint: did you mean '\(meant)'?"), "\(result)")
        }
    }
}
