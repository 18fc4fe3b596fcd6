import Basics
import Digests
import TestSupport
import Testing

/// Objects that are lost or not what they should be.
@Suite struct BadObjectTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `an object that nobody has is named with path and commit`() throws {
        let list = try world.repository.addDirectory("data", ["x": "1", "sub/y": "2"])
        try world.commit()
        let lost = objectID(of: Array("2".utf8))
        try world.loseFromCache(lost)
        try world.expectRefusal(
            "'data/sub/y' (commit @) needs \(DVCRepository.key(lost)), which is neither in the cache "
                + "nor on remote 'storage'", hint: "get it from where it is")
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
        try world.expectRefusal(
            "'data' (commit @) needs \(DVCRepository.key(list)), which is neither")
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
        // Nothing was ever pushed there: that it is empty comes first, with a hint.
        let all = world.ourLines(try world.push("-q", "origin", "main"))
        #expect(all.first?.contains("the directory of remote 'storage' is empty") == true)
        let lines = Array(all.dropFirst(2))
        #expect(lines.count == 12)
        #expect(lines[0].hasPrefix("error: 'd/f10' (commit "))
        #expect(
            lines[10] == "error: 15 more like these")
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
        try world.expectRefusal(
            "cannot upload \(DVCRepository.key(oid)) to remote 'storage': the file in the cache is damaged: it has "
                + "the MD5 \(objectID(of: Array("damaged".utf8))) "
                + "('\(world.path.appending(".dvc/cache").appending(DVCRepository.key(oid)))'); needed by "
                + "'a\(isMember ? "/x" : "")' (commit @)",
            hint: "remove the damaged file")
        #expect(try world.stored() == [])
    }

    @Test func `a corrupt list is never believed`() throws {
        let list = try world.repository.addDirectory("a", ["x": "1"])
        try world.commit()
        try world.damageInCache(list, with: "[]")
        try world.expectRefusal("'a' (commit @) needs \(DVCRepository.key(list)), which is neither")
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
        try world.expectRefusal(
            "'data' (commit @) needs \(DVCRepository.key(list)), which is neither in the cache nor on "
                + "remote 'storage'; '\(place)': ")
        let result = try world.push("-q", "origin", "main")
        #expect(world.ourLines(result).contains { $0.contains(flaw) }, "\(result)")
        #expect(try world.stored() == [])
    }
}
