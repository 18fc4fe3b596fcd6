import Basics
import Digests
import TestSupport
import Testing

/// Metafiles, configurations and objects that are not what they should be.
@Suite struct BadDataTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    /// Pushes and expects a refusal whose first line is `error: ` and this text.
    ///
    /// `@` stands for the commit that is pushed.
    private func expectRefusal(
        _ text: String, hint: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let head = try world.git("rev-parse", "--short=10", "HEAD").outputLines[0]
        let refs = try world.refs()
        let result = try world.push("-q", "origin", "HEAD:refs/heads/main")
        let lines = world.ourLines(result)
        let expected = "error: " + text.replacing("@", with: head)
        #expect(result.status == 1, "\(result)", sourceLocation: sourceLocation)
        #expect(
            lines.contains { $0.hasPrefix(expected) }, "\(expected)\n\(result)",
            sourceLocation: sourceLocation)
        if let hint {
            #expect(
                lines.contains { $0.hasPrefix("hint: " + hint) }, "\(result)",
                sourceLocation: sourceLocation)
        }
        #expect(try world.refs() == refs, sourceLocation: sourceLocation)
        try expectSoundStorage(sourceLocation)
    }

    /// No temporary file, no wrong object, no list without its members.
    private func expectSoundStorage(_ sourceLocation: SourceLocation) throws {
        let flaws = try world.flawsOfStorage()
        #expect(flaws == [], sourceLocation: sourceLocation)
    }

    // MARK: Metafiles

    @Test(arguments: [
        ("outs:\n- md5: [\n", "sub/bad.dvc:3:1 (commit @): ", nil),
        ("outs: &a\n- *b\n", "sub/bad.dvc:2:3 (commit @): ", nil),
        (
            "outs:\n- md5: xyz\n  path: a\n",
            "sub/bad.dvc:2:8 (commit @): md5 'xyz' is not an object id", "an id is 32"
        ),
        (
            "outs:\n- md5: 12345678901234567890123456789012\n  path: a\n",
            "sub/bad.dvc:2:8 (commit @): md5 '12345678901234567890123456789012' is a number",
            "quote it: md5: '12345678901234567890123456789012'"
        ),
        (
            "outs:\n- path: a\n  colour: red\n", "sub/bad.dvc:3:3 (commit @): unknown key 'colour'",
            "remove the key"
        ),
        (
            "<<<<<<< HEAD\nouts: []\n=======\n>>>>>>> x\n",
            "sub/bad.dvc:1 (commit @): the file has merge-conflict markers", "resolve the conflict"
        ),
        ("outs: text\n", "sub/bad.dvc:1:7 (commit @): ", nil),
        ("\u{0}", "sub/bad.dvc:1:1 (commit @): ", nil),
    ])
    func `a broken metafile`(content: String, error: String, hint: String?) throws {
        let before = try world.commit("1", as: "before")
        try world.write(content, to: "sub/bad.dvc")
        let beside = try world.commit("2", as: "sub/zz")
        try expectRefusal(error, hint: hint)
        // One broken file does not hide the others.
        #expect(try world.stored() == world.keys(before, beside))
    }

    @Test func `all broken files are named at once`() throws {
        for name in ["a", "b", "c"] { try world.write("outs: [", to: "\(name).dvc") }
        try world.write("stages: 5\n", to: "dvc.yaml")
        try world.write("schema: '2.0'\n", to: "dvc.lock")
        try world.commit()
        let result = try world.push("-q", "origin", "main")
        let errors = world.ourLines(result).filter { $0.hasPrefix("error: ") }
        #expect(
            errors.map { $0.split(separator: ":")[1] } == [
                " a.dvc", " b.dvc", " c.dvc", " dvc.yaml",
            ])
    }

    @Test func `a metafile that is broken in the past only is a warning`() throws {
        try world.write("outs: [", to: "a.dvc")
        try world.commit()
        let oid = try world.commit("1", as: "a")
        let result = try world.push("-q", "origin", "main").checked()
        #expect(world.ourLines(result).first?.hasPrefix("warning: a.dvc:") == true)
        #expect(try world.stored() == world.keys(oid))
    }

    @Test(arguments: [
        ("[[core]\n", "1", "the brackets of the section do not match"),
        ("[core]\nremote\n", "2", "neither a section nor 'key = value'"),
        ("[core]\nremote = s\n['remote \"s\"']\nurl = a, b\n", "4", "the value of 'url' is a list"),
        ("[nonsense]\nx = 1\n", "1", "unknown section 'nonsense'"),
        ("[core]\nremote = nobody\n", nil, "remote 'nobody' does not exist"),
        ("[core]\nremote = s\n['remote \"s\"']\njobs = 2\n", nil, "remote 's' has no url"),
        ("[core]\nremote = s\n['remote \"s\"']\nurl = nfs://x/y\n", "4", "unsupported URL type"),
    ])
    func `a configuration that cannot be used`(content: String, line: String?, text: String) throws
    {
        try world.write(content, to: ".dvc/config")
        try world.commit("1", as: "a")
        let place = line.map { ".dvc/config (commit @):\($0): " } ?? ""
        try expectRefusal(place + text)
        #expect(try world.stored() == [])
        let workspace = try world.dvc("push")
        #expect(workspace.status == 1)
        #expect(workspace.errorOutput.contains(text), "\(workspace)")
    }

    @Test func `no remote at all`() throws {
        try world.write("", to: ".dvc/config")
        try world.commit("1", as: "sub/a")
        try expectRefusal(
            "no remote is configured for 'sub/a' (commit @): there is nowhere to upload its data",
            hint: "set one up with 'dvc remote add -d <name> <url>' and commit '.dvc/config'")
    }

    @Test func `a remote that does not exist, by name`() throws {
        try world.commit("1", as: "a")
        try world.git("config", "remote.origin.dvcRemote", "nobody")
        try expectRefusal("remote 'nobody' does not exist")
        let result = try world.dvc("push", "-r", "nowhere")
        #expect(result.status == 1)
        #expect(world.ourLines(result).first == "error: remote 'nowhere' does not exist")
    }

    @Test(arguments: ["version_aware = true", "worktree = true"])
    func `a cloud-versioned remote`(line: String) throws {
        try world.write(
            "[core]\nremote = s\n['remote \"s\"']\nurl = s3://bucket/x\n\(line)\n",
            to: ".dvc/config")
        try world.commit("1", as: "a")
        try expectRefusal(
            "remote 's' is cloud-versioned, and uploading 'a' (commit @) would change its metafile",
            hint: "run 'dvc push', commit the changed metafiles, then push")
    }

    @Test func `a remote that is not supported yet`() throws {
        try world.write(
            "[core]\nremote = s\n['remote \"s\"']\nurl = s3://bucket/x\n", to: ".dvc/config")
        try world.commit("1", as: "a")
        try expectRefusal(
            "remote 's' is reached by 's3://', which is not supported yet", hint: "use 'dvc push")
    }

    // MARK: Objects

    @Test func `an object that nobody has is named with path and commit`() throws {
        let list = try world.repository.addDirectory("data", ["x": "1", "sub/y": "2"])
        try world.commit()
        let lost = objectID(of: Array("2".utf8))
        try world.loseFromCache(lost)
        try expectRefusal(
            "'data/sub/y' (commit @) needs \(DVCRepository.key(lost)), which is neither in the cache "
                + "nor on remote 'storage'", hint: "get it where it is")
        // The other member is there, the list that would promise both is not.
        #expect(try world.stored() == world.keys(objectID(of: Array("1".utf8))))
        try world.repository.storeInCache(Array("2".utf8))
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored().contains("\(DVCRepository.key(list))"))
    }

    @Test func `a lost list is named, and found on the remote it is no loss`() throws {
        let list = try world.repository.addDirectory("data", ["x": "1"])
        try world.commit()
        let bytes = try readFile(world.repository.cache.appending(DVCRepository.key(list)))
        try world.loseFromCache(list)
        try expectRefusal("'data' (commit @) needs \(DVCRepository.key(list)), which is neither")
        for (key, content) in [
            (DVCRepository.key(list), bytes),
            (DVCRepository.key(objectID(of: Array("1".utf8))), Array("1".utf8)),
        ] { try world.sandbox.write(content, to: world.storage.appending(key), mode: 0o444) }
        try world.push("-q", "origin", "main").checked()
    }

    @Test func `more than ten lost objects are counted`() throws {
        let names = (10..<35).map { ("f\($0)", "\($0)") }
        try world.repository.addDirectory("d", .init(uniqueKeysWithValues: names))
        for index in 10..<35 { try world.loseFromCache(objectID(of: Array("\(index)".utf8))) }
        try world.commit()
        let lines = world.ourLines(try world.push("-q", "origin", "main"))
        #expect(lines.count == 12)
        #expect(lines[0].hasPrefix("error: 'd/f10' (commit "))
        #expect(
            lines[10] == "error: 15 more objects are neither in the cache nor on remote 'storage'")
    }

    @Test(arguments: [true, false])
    func `a corrupt object is never uploaded`(isMember: Bool) throws {
        let oid = objectID(of: Array("1".utf8))
        if isMember {
            try world.repository.addDirectory("a", ["x": "1"])
        } else {
            try world.repository.add("1", as: "a")
        }
        try world.commit()
        try world.damageInCache(oid)
        try expectRefusal(
            "cannot upload \(DVCRepository.key(oid)) on remote 'storage': its content is damaged (it has "
                + "the MD5 \(objectID(of: Array("damaged".utf8)))); needed by "
                + "'a\(isMember ? "/x" : "")' (commit @)",
            hint: "remove the damaged file")
        #expect(try world.stored() == [])
    }

    @Test func `a corrupt list is never believed`() throws {
        let list = try world.repository.addDirectory("a", ["x": "1"])
        try world.commit()
        try world.damageInCache(list, with: "[]")
        try expectRefusal("'a' (commit @) needs \(DVCRepository.key(list)), which is neither")
        #expect(try world.stored() == [])
    }

    @Test(arguments: [
        ("{", "expected"), ("{}", "expected"), ("[{\"md5\": \"@\"}]", "key 'relpath' is missing"),
        ("[{\"relpath\": \"x\"}]", "key 'md5' is missing"),
        ("[{\"md5\": \"@\", \"relpath\": \"../x\"}]", "a path has a component '..'"),
        ("[{\"md5\": \"@\", \"relpath\": \"/x\"}]", "a path is absolute"),
        ("[{\"md5\": \"@\", \"relpath\": \"x\"}", "it is cut off"),
        ("[{\"md5\": \"@\", \"relpath\": \"a//b\"}]", "a path has an empty component"),
    ])
    func `a list that is none`(text: String, flaw: String) throws {
        let member = try world.repository.storeInCache(Array("1".utf8))
        let bytes = Array(text.replacing("@", with: "\(member)").utf8)
        let list = try world.repository.storeInCache(bytes, isDirectory: true)
        try world.write("outs:\n- md5: \(list)\n  hash: md5\n  path: data\n", to: "data.dvc")
        try world.commit()
        let place = world.repository.cache.appending(DVCRepository.key(list))
        try expectRefusal(
            "'data' (commit @) needs \(DVCRepository.key(list)), which is neither in the cache nor on "
                + "remote 'storage'; '\(place)': ")
        let result = try world.push("-q", "origin", "main")
        #expect(world.ourLines(result).first?.contains(flaw) == true, "\(result)")
        #expect(try world.stored() == [])
    }
}
