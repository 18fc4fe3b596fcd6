import Basics
import TestSupport
import Testing

/// Metafiles and configurations that are not what they should be.
@Suite struct BadMetadataTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

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
        try world.expectRefusal(error, hint: hint)
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
        try world.expectRefusal(place + text)
        #expect(try world.stored() == [])
        let workspace = try world.dvc("push")
        // As from DVC: 251 when a configuration file cannot be read.
        #expect(workspace.status == (line == nil ? 1 : 251))
        #expect(workspace.errorOutput.contains(text), "\(workspace)")
    }

    @Test func `no remote at all`() throws {
        try world.write("", to: ".dvc/config")
        try world.commit("1", as: "sub/a")
        try world.expectRefusal(
            "no remote is configured for 'sub/a' (commit @): there is nowhere to upload its data",
            hint: "set one up with 'git dvc remote add -d <name> <url>' and commit '.dvc/config'")
    }

    @Test func `a remote that does not exist, by name`() throws {
        try world.commit("1", as: "a")
        try world.git("config", "remote.origin.dvcRemote", "nobody")
        try world.expectRefusal("remote 'nobody' does not exist")
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
        try world.expectRefusal(
            "'a' (commit @) belongs on a cloud-versioned remote, and uploading it would change its metafile",
            hint: "run 'dvc push', commit the metafiles that it changes, then push")
    }

    @Test func `a remote that nobody can reach`() throws {
        try world.write(
            "[core]\nremote = s\n['remote \"s\"']\nurl = ftp://host/x\n", to: ".dvc/config")
        try world.commit("1", as: "a")
        try world.expectRefusal(".dvc/config (commit @):4: unsupported URL type ftp://")
    }
}
