import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What is on the DVC remote after a push, and in which order it came there.
@Suite struct PushOutcomeTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `the remote has exactly what is needed before any ref moves`() throws {
        let file = try world.repository.add("1", as: "a")
        let list = try world.repository.addDirectory("d", ["x": "2", "sub/y": "3", "z": "2"])
        try world.commit()
        // In the cache and in the workspace, but not in a commit.
        try world.repository.add("not pushed", as: "later")
        try world.repository.storeInCache(Array("old".utf8))
        let hook = """
            #!/bin/sh
            find '\(world.storage)' -type f | sort >'\(world.sandbox.root)/seen'
            """
        try world.sandbox.write(hook, to: "bare.git/hooks/pre-receive", mode: 0o755)
        try world.push("-q", "origin", "main").checked()

        let members = ["2", "3"].map { objectID(of: Array($0.utf8)) }
        let expected = world.keys(file, list, members[0], members[1])
        let seen = String(decoding: try readFile(world.sandbox.path("seen")), as: UTF8.self)
        #expect(seen == expected.map { "\(world.storage)/\($0)\n" }.joined())
        #expect(try world.stored() == expected)
        for oid in [file, list] + members { #expect(try world.repository.remoteHolds(oid)) }
    }

    @Test func `a list comes after all of its members`() throws {
        let names = (0..<40).map { ("f\($0)", "\($0)") }
        let list = try world.repository.addDirectory("d", .init(uniqueKeysWithValues: names))
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        let uploads = try world.requests("upload")
        #expect(uploads.count == 41)
        #expect(uploads.last == "upload \(DVCRepository.key(list))")
    }

    @Test(arguments: ["022", "077", "000"])
    func `objects are read-only whatever the umask`(umask: String) throws {
        try world.repository.addDirectory("d", ["x": "2"])
        try world.commit()
        try world.sandbox.run(
            "sh", "-c", "umask \(umask) && git push -q origin main", in: world.path
        ).checked()
        let modes = try world.sandbox.run(
            "find", world.storage.string, "-type", "f", "-printf", "%m\n")
        #expect(modes.output == "444\n444\n")
        let folders = try world.sandbox.run(
            "find", world.storage.appending("files").string, "-type", "d", "-printf", "%m\n")
        #expect(
            Set(folders.outputLines) == [umask == "022" ? "755" : umask == "077" ? "700" : "777"])
    }

    @Test func `shared = group makes folders that a group can use`() throws {
        try world.write(
            "[core]\nremote = s\n['remote \"s\"']\nurl = \(world.storage)/new\nshared = group\n",
            to: ".dvc/config")
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let modes = try world.sandbox.run(
            "find", world.storage.appending("new").string, "-printf", "%y%m\n")
        #expect(Set(modes.outputLines) == ["d2775", "f444"])
    }

    /// A metafile for `content`, whose object is in the cache; lines are added to its out.
    private func metafile(
        _ content: String, as name: String, _ lines: String..., before: String = "",
        hash: String? = "md5"
    ) throws -> ObjectID {
        let oid = try world.repository.storeInCache(Array(content.utf8))
        let more = (hash.map { ["hash: \($0)"] } ?? []) + lines
        try world.write(
            "\(before)outs:\n- md5: \(oid)\n  size: \(content.utf8.count)\n  path: \(name)\n"
                + more.map { "  \($0)\n" }.joined(), to: "\(name).dvc")
        return oid
    }

    @Test func `what must not be pushed is not`() throws {
        let plain = try metafile("1", as: "plain")
        _ = try metafile("2", as: "uncached", "cache: false")
        _ = try metafile("3", as: "kept-here", "push: false")
        _ = try metafile(
            "4", as: "imported",
            before: """
                frozen: true
                deps:
                - path: x
                  repo:
                    url: https://example.org/x
                    rev_lock: \(String(repeating: "a", count: 40))

                """)
        let fromURL = try metafile(
            "5", as: "from-url", before: "frozen: true\ndeps:\n- path: https://example.org/x\n")
        // A partial import has no id.
        try world.write(
            "deps:\n- path: s3://bucket/x\nouts:\n- hash: md5\n  path: partial\n",
            to: "partial.dvc")
        _ = try metafile("6", as: "outside")
        try world.write(
            String(
                decoding: readFile(world.path.appending("outside.dvc")), as: UTF8.self
            ).replacing("path: outside", with: "path: ../outside"), to: "outside.dvc")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(plain, fromURL))
    }

    @Test func `the outs of a pipeline are pushed by their flags`() throws {
        try world.write(
            """
            stages:
              train:
                cmd: sh train.sh
                outs:
                - model
                - here: {push: false}
                metrics:
                - metrics.json: {cache: false}
            """, to: "dvc.yaml")
        var lock = "schema: '2.0'\nstages:\n  train:\n    cmd: sh train.sh\n    outs:\n"
        for (index, name) in ["model", "here", "metrics.json"].enumerated() {
            let oid = try world.repository.storeInCache(Array("\(index)".utf8))
            lock += "    - path: \(name)\n      hash: md5\n      md5: \(oid)\n      size: 1\n"
        }
        lock += "  removed:\n    cmd: x\n    outs:\n    - path: gone\n      md5: '\(zeros)'\n"
        try world.write(lock, to: "dvc.lock")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(objectID(of: Array("0".utf8))))
    }
    private let zeros = String(repeating: "0", count: 32)

    @Test func `an out goes to the remote it names, and -r chooses`() throws {
        let config = String(
            decoding: try readFile(world.path.appending(".dvc/config")), as: UTF8.self)
        let other = world.sandbox.path("other")
        try world.write(
            config + "['remote \"other\"']\n    url = \(other)\n", to: ".dvc/config")
        let plain = try metafile("1", as: "plain")
        let own = try metafile("2", as: "own", "remote: other")
        try world.commit()
        try world.dvc("push", "-q", "-r", "storage").checked()
        #expect(try world.stored() == world.keys(plain))
        #expect(try world.stored(in: other) == [])
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(plain))
        #expect(try world.stored(in: other) == world.keys(own))
        try world.dvc("push", "-q", "-r", "OTHER").checked()
        #expect(try world.stored(in: other) == world.keys(plain, own))
    }

    @Test func `objects of old DVC keep their layout`() throws {
        let bytes = Array("line\r\n".utf8)
        let oid = objectID(of: Array("line\n".utf8))
        let name = "\(oid)"
        let key = "\(name.prefix(2))/\(name.dropFirst(2))"
        try world.sandbox.write(bytes, to: world.repository.cache.appending(key), mode: 0o444)
        try world.write("outs:\n- md5: \(oid)\n  size: 6\n  path: old\n", to: "old.dvc")
        let new = try world.repository.add(bytes, as: "new")
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == ([key] + world.keys(new)).sorted())
        #expect(try readFile(world.storage.appending(key)) == bytes)
    }

    @Test func `a Git remote may name its DVC remote`() throws {
        let config = String(
            decoding: try readFile(world.path.appending(".dvc/config")), as: UTF8.self)
        let other = world.sandbox.path("other")
        try world.write(config + "['remote \"other\"']\n    url = \(other)\n", to: ".dvc/config")
        let oid = try world.commit("1", as: "a")
        try world.git("config", "remote.origin.dvcRemote", "Other")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored(in: other) == world.keys(oid))
        #expect(try world.stored() == [])
    }

    @Test func `an object with other permissions on the remote is looked at`() throws {
        let oid = try world.commit("1", as: "a")
        let object = world.storage.appending(DVCRepository.key(oid))
        // DVC trusts 0444 only; anything else may be half of a copy.
        try world.sandbox.write(Array("half".utf8), to: object, mode: 0o644)
        try world.push("-q", "origin", "main").checked()
        #expect(try world.repository.remoteHolds(oid))
        #expect(try #require(try fileStatus(object)).st_mode & 0o777 == 0o444)
    }
}
