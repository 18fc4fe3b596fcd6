import Basics
import Foundation
import TestSupport
import Testing

/// Settings, options and words of a push.
@Suite struct PushSettingTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    // MARK: dvc.strict

    @Test(arguments: [("tips", 1), ("all", 1), ("none", 0), ("", 1), ("strange", 1)])
    func `an object missing at the tip`(strict: String, status: Int32) throws {
        let oid = try world.commit("1", as: "a")
        let head = try world.git("rev-parse", "--short=10", "HEAD").outputLines[0]
        try world.loseFromCache(oid)
        let setting = strict.isEmpty ? "dvc.unset=x" : "dvc.strict=\(strict)"
        let result = try world.git(["-c", setting, "push", "-q", "origin", "main"])
        #expect(result.status == status)
        #expect(try world.refs().isEmpty == (status == 1))
        let kind = status == 1 ? "error" : "warning"
        let line =
            "\(kind): 'a' (commit \(head)) needs \(DVCRepository.key(oid)), which is neither in the "
            + "cache nor on remote 'storage'"
        #expect(world.ourLines(result).contains(line), "\(result)")
        #expect(
            result.errorOutput.contains("dvc.strict is 'strange'") == (strict == "strange"))
    }

    @Test(arguments: [("tips", 0), ("all", 1), ("none", 0), ("TIPS", 0)])
    func `an object missing only in the past`(strict: String, status: Int32) throws {
        let lost = try world.commit("1", as: "a")
        let kept = try world.commit("2", as: "a")
        try world.loseFromCache(lost)
        let result = try world.git(["-c", "dvc.strict=\(strict)", "push", "-q", "origin", "main"])
        #expect(result.status == status)
        #expect(try world.refs().isEmpty == (status == 1))
        #expect(world.ourLines(result).contains { $0.contains("\(DVCRepository.key(lost))") })
        // What can be uploaded is, so that the next try has less to do.
        #expect(try world.stored() == world.keys(kept))
    }

    // MARK: Doing nothing

    @Test(arguments: [
        (["-c", "dvc.pushData=never", "push"], [:]), (["push"], ["DVC_SKIP": "1"]),
        (["push"], ["DVC_SKIP_PUSH": "1"]), (["push", "--no-verify"], [:]),
    ])
    func `whoever wants no data pushed gets none`(
        arguments: [String], environment: [String: String]
    ) throws {
        try world.commit("1", as: "a")
        let result = try world.git(
            arguments + ["-q", "origin", "main"], environment: environment.mapValues { $0 })
        #expect(result.succeeded)
        #expect(result.errorOutput == "")
        #expect(try world.refs().count == 1)
        #expect(try world.stored() == [])
    }

    @Test(arguments: ["0", "", "false", "no"])
    func `a switch that is off switches nothing`(value: String) throws {
        let oid = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main", environment: ["DVC_SKIP": value]).checked()
        #expect(try world.stored() == world.keys(oid))
    }

    // MARK: Words

    @Test func `one line says what was uploaded, and none when nothing was`() throws {
        try world.commit("12345", as: "a")
        let first = try world.push("origin", "main").checked()
        #expect(
            first.errorOutput.hasPrefix("Uploaded 1 DVC object (5 bytes) to remote 'storage'\n"))
        #expect(first.output == "")
        try world.repository.addDirectory("d", ["x": "1", "y": "2"])
        try world.commit()
        let second = try world.push("origin", "main").checked()
        #expect(second.errorOutput.hasPrefix("Uploaded 3 DVC objects ("), "\(second)")
        // The metafile changes, its data does not.
        try world.write(
            String(decoding: readFile(world.path.appending("a.dvc")), as: UTF8.self)
                + "desc: words\n", to: "a.dvc")
        try world.commit()
        let third = try world.push("origin", "main").checked()
        #expect(world.ourLines(third) == [])
    }

    @Test func `git dvc push says what DVC says`() throws {
        try world.repository.add("1", as: "a")
        try world.repository.add("2", as: "b")
        let first = try world.dvc("push").checked()
        #expect(first.output == "2 files pushed\n")
        #expect(first.errorOutput == "")
        #expect(try world.dvc("push").checked().output == "Everything is up to date.\n")
        #expect(try world.dvc("push", "-q").checked().description.hasSuffix("out\n--- stderr\n"))
    }

    @Test func `--dry-run lists and uploads nothing`() throws {
        let oid = try world.repository.add("1", as: "sub/a")
        let lost = try world.repository.add("2", as: "b")
        try world.loseFromCache(lost)
        let result = try world.dvc("push", "--dry-run")
        #expect(result.output == "storage\t\(DVCRepository.key(oid))\tsub/a\n")
        #expect(result.status == 1)
        #expect(world.ourLines(result).contains { $0.contains("'b' needs") })
        #expect(try world.stored() == [])
        #expect(try world.dvc("push").status == 1)
        #expect(try world.stored() == world.keys(oid))
    }

    #if os(Linux)
    @Test(arguments: ["--dry-run", "-n", "-qn"])
    func `git push --dry-run uploads nothing, where its command line can be seen`(
        option: String
    ) throws {
        try world.commit("1", as: "a")
        try world.push(option, "origin", "main").checked()
        #expect(try world.stored() == [])
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored().count == 1)
    }
    #endif

    @Test(arguments: [[], ["--dry-run"], ["-q"]])
    func `--json is JSON and nothing else on standard output`(options: [String]) throws {
        let oid = try world.repository.add("1", as: "a \"q\" \u{fc}")
        let lost = try world.repository.add("2", as: "b")
        try world.loseFromCache(lost)
        let result = try world.sandbox.start(
            "git", ["dvc", "push", "--json"] + options, in: world.path
        ).wait()
        #expect(result.status == 1)
        let json = try JSONSerialization.jsonObject(with: Data(result.outputBytes))
        let report = try #require(json as? [String: Any])
        #expect((report["errors"] as? [String])?.count == 1)
        let remote = try #require((report["remotes"] as? [[String: Any]])?.first)
        #expect(remote["name"] as? String == "storage")
        #expect(remote["uploaded"] as? Int == (options == ["--dry-run"] ? 0 : 1))
        let missing = try #require((remote["missing"] as? [[String: Any]])?.first)
        #expect(missing["md5"] as? String == "\(lost)")
        #expect(missing["path"] as? String == "b")
        let planned = remote["wouldUpload"] as? [[String: Any]]
        #expect(planned?.first?["md5"] as? String == (options == ["--dry-run"] ? "\(oid)" : nil))
    }

    @Test func `--porcelain judges every ref by itself`() throws {
        let good = try world.commit("1", as: "a")
        try world.git("checkout", "-q", "-b", "bad")
        try world.loseFromCache(world.commit("2", as: "b"))
        let oids = try world.git("rev-parse", "main", "bad").outputLines
        let zeros = String(repeating: "0", count: 40)
        let refs = """
            refs/heads/main \(oids[0]) refs/heads/main \(zeros)
            refs/heads/bad \(oids[1]) refs/heads/bad \(zeros)
            (delete) \(zeros) refs/heads/gone \(oids[0])

            """
        let result = try world.dvc(
            "push", "--stdin", "--porcelain", "origin", world.bare.string, stdin: refs)
        #expect(result.status == 1)
        let lines = result.outputLines
        #expect(lines.count == 3)
        #expect(lines.first == "ok refs/heads/main")
        #expect(lines[1].hasPrefix("error refs/heads/bad 'b' (commit \(oids[1].prefix(10)))"))
        #expect(lines.last == "ok refs/heads/gone")
        #expect(try world.stored() == world.keys(good))

        let skipped = try world.git(
            ["-c", "dvc.pushData=never", "dvc", "push", "--stdin", "--porcelain", "origin", "x"])
        #expect(skipped.succeeded)
    }

    @Test func `jobs come from the option, then the setting, and must be a number`() throws {
        try world.repository.addDirectory("d", ["x": "1", "y": "2", "z": "3"])
        for arguments in [["-j", "1"], ["-j0"], ["--jobs=3"]] {
            try world.sandbox.start(
                "git", ["-c", "dvc.jobs=2", "dvc", "push"] + arguments, in: world.path
            ).wait().checked()
        }
        let wrong = try world.dvc("push", "-j", "many")
        #expect(wrong.status == 254)
        #expect(wrong.errorOutput == "error: '--jobs' takes a number, not 'many'\n")
    }

    @Test func `a failed data remote keeps the refs of the other data back too`() throws {
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try world.sandbox.write("in the way", to: "storage")
        try world.commit("1", as: "a")
        let result = try world.push("origin", "main", "main:other")
        #expect(result.status == 1)
        #expect(try world.refs() == [])
    }
}
