import Basics
import TestSupport
import Testing

/// What `.dvcignore` files keep out of a push, with real git and the built programs.
///
/// That real DVC does the same, `SelectionTests` shows.
@Suite struct DVCIgnoreTests {
    private let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `hidden metafiles are not pushed, whether they can be read or not`() throws {
        try world.repository.add("hidden", as: "scratch/a")
        try world.write("outs: [", to: "scratch/broken.dvc")
        let seen = try world.repository.add("seen", as: "b")
        try world.write("# mine\n/scratch/\n", to: ".dvcignore")
        try world.commit()
        let result = try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(seen))
        #expect(!result.errorOutput.contains("scratch"))
        try world.dvc("push").checked()
        #expect(try world.stored() == world.keys(seen))
    }

    @Test func `a nested file says more, and nothing for its neighbours`() throws {
        var seen = [
            try world.repository.add("1", as: "a/x"), try world.repository.add("2", as: "c"),
        ]
        try world.repository.add("3", as: "b/x")
        seen.append(try world.repository.add("4", as: "b/deep/kept"))
        try world.repository.add("5", as: "b/deep/y")
        try world.write("*.dvc\n!kept.dvc\n", to: "b/.dvcignore")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == seen.flatMap { world.keys($0) }.sorted())
    }

    @Test func `each commit is read with its own files`() throws {
        let first = try world.commit("1", as: "sub/a")
        try world.write("sub\n", to: ".dvcignore")
        try world.commit("2", as: "sub/a")
        try world.write("", to: ".dvcignore")
        let third = try world.commit("3", as: "sub/a")
        // What is on disk has no say in commits.
        try world.write("*\n", to: ".dvcignore")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == [first, third].flatMap { world.keys($0) }.sorted())
    }

    @Test func `showing what was hidden pushes it, though its metafile did not change`() throws {
        try world.write("sub\n", to: ".dvcignore")
        let oid = try world.commit("1", as: "sub/a")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == [])
        try world.write("", to: ".dvcignore")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
    }

    @Test func `an outer file says nothing about a root inside, and the reverse`() throws {
        let outer = try world.repository.add("outer", as: "kept")
        try world.repository.add("gone", as: "gone")
        try world.write("/in/\ngone.dvc\n", to: ".dvcignore")
        try createDirectories(world.path.appending("in/.dvc"))
        let inside = DVCRepository(
            at: world.path.appending("in"), in: world.sandbox, storage: world.storage)
        try world.sandbox.run("cp", ".dvc/config", "in/.dvc/config", in: world.path).checked()
        let inner = try inside.add("inner", as: "deep/gone")
        try inside.add("hidden", as: "x")
        try world.write("/x.dvc\n!kept.dvc\n", to: "in/.dvcignore")
        try world.commit()

        try world.push("-q", "origin", "main").checked()
        let both = [outer, inner].flatMap { world.keys($0) }.sorted()
        #expect(try world.stored() == both)
        for (directory, expected) in [("", outer), ("in", inner), ("in/deep", inner)] {
            try world.sandbox.run("rm", "-r", world.storage.string, ".git/dvc", in: world.path)
            try world.dvc("push", in: world.path.appending(directory)).checked()
            #expect(try world.stored() == world.keys(expected), "\(directory)")
        }
    }

    @Test func `what is broken in a root inside does not concern the outer one`() throws {
        let oid = try world.repository.add("1", as: "a")
        _ = DVCRepository(at: world.path.appending("in"), in: world.sandbox, storage: nil)
        try world.write("", to: "in/.dvc/config")
        try world.write("outs: [", to: "in/b.dvc")
        let result = try world.dvc("push")
        #expect(result.succeeded, "\(result)")
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.dvc("push", in: world.path.appending("in")).status == 1)
    }

    @Test func `metafiles inside of an out are not read`() throws {
        let list = try world.repository.addDirectory("sub/d", ["a": "1", "in.dvc": "outs: ["])
        try world.git("add", "--force", "sub/d/in.dvc")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored().contains(DVCRepository.key(list).string))
        try world.dvc("push").checked()
    }

    @Test func `a line that cannot be used is told, and the others count`() throws {
        try world.repository.add("1", as: "a")
        let seen = try world.repository.add("2", as: "b")
        try world.write("[z-a]\na.dvc\nb\\\n", to: ".dvcignore")
        try world.commit()
        let result = try world.dvc("push", "-v").checked()
        #expect(result.errorOutput.contains(".dvcignore:1: a pattern with a range that runs"))
        #expect(result.errorOutput.contains(".dvcignore:3: a pattern with nothing behind its"))
        #expect(try world.stored() == world.keys(seen))
    }

    @Test func `hostile patterns hold up nobody`() throws {
        let oid = try world.commit("1", as: String(repeating: "a", count: 200))
        let lines = [
            String(repeating: "a*", count: 90) + "b", String(repeating: "[!b]*", count: 90) + "b",
            String(repeating: "**/a*/", count: 20_000), String(repeating: "[", count: 100_000),
        ]
        try world.write(lines.joined(separator: "\n") + "\n", to: ".dvcignore")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
    }
}
