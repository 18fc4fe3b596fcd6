import Basics
import Digests
import TestSupport
import Testing

/// What the record of what is where spares, and what it never costs.
@Suite struct StatusCacheTests {
    let world: PushWorld
    let list: ObjectID
    private var files = Dictionary(uniqueKeysWithValues: (0..<60).map { ("f\($0)", "\($0)") })

    init() throws {
        world = try PushWorld()
        list = try world.repository.addDirectory("d", files)
        try world.commit()
        try world.push("-q", "origin", "main").checked()
    }

    /// Changes the metafile of the directory, not its data.
    private func touch() throws {
        let text = String(decoding: try readFile(world.path.appending("d.dvc")), as: UTF8.self)
        try world.write(text + "desc: words\n", to: "d.dvc")
        try world.commit()
    }

    @Test func `the first push asks for the list and every member once`() throws {
        let finds = try world.requests("find")
        #expect(finds.count == 61)
        #expect(Set(finds).count == 61)
        #expect(try world.requests("upload").count == 61)
    }

    @Test func `commits that are known cost a look at what is recorded, not at members`() throws {
        try world.push("-q", world.bare.string, "main:copy").checked()
        let requests = try world.requests()
        #expect(Set(requests) == ["find \(DVCRepository.key(list))"])
    }

    @Test func `data that is known costs one look, whatever the size of the directory`() throws {
        try touch()
        try world.push("-q", "origin", "main").checked()
        let requests = try world.requests()
        #expect(Set(requests) == ["find \(DVCRepository.key(list))"])
    }

    @Test func `after ten of sixty members changed, ten are asked for`() throws {
        var files = files
        for index in 0..<10 { files["f\(index)"] = "new \(index)" }
        let new = try world.repository.addDirectory("d", files)
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        let finds = try world.requests("find")
        let members = finds.filter { !$0.hasSuffix(".dir") }
        #expect(members.count == 10)
        #expect(finds.count <= 13, "\(finds)")
        #expect(try world.requests("upload").count == 11)
        #expect(try world.requests("read") == [])
        #expect(try world.stored().count == 72)
        #expect(try world.repository.remoteHolds(new))
    }

    @Test(arguments: ["now", "0"])
    func `records that are too old are not believed`(age: String) throws {
        try world.git([
            "-c", "dvc.indexMaxAge=\(age)", "push", "-q", world.bare.string, "main:copy",
        ])
        .checked()
        #expect(try world.requests("find").count > 0)
        #expect(try world.requests("upload") == [])
    }

    @Test func `a remote that was wiped behind our back gets everything again`() throws {
        let before = try world.stored()
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try touch()
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == before)
    }

    @Test func `losing the records costs time only`() throws {
        let before = try world.stored()
        try world.sandbox.run("rm", "-r", ".git/dvc", in: world.path).checked()
        try touch()
        let result = try world.push("origin", "main").checked()
        #expect(world.ourLines(result) == [])
        #expect(try world.requests("upload") == [])
        #expect(try world.stored() == before)
        #expect(fileExists(world.path.appending(".git/dvc/status.db")))
    }

    @Test func `a refused push is not recorded as complete`() throws {
        let lost = try world.repository.add("lost", as: "lost")
        try world.commit()
        try world.loseFromCache(lost)
        #expect(try world.push("-q", "origin", "main").status == 1)
        #expect(try world.push("-q", "origin", "main").status == 1)
        try world.repository.storeInCache(Array("lost".utf8))
        try world.push("-q", "origin", "main").checked()
        #expect(try world.repository.remoteHolds(lost))
    }

    @Test func `what was pushed without data is made good by the next one that has it`() throws {
        let oid = try world.commit("other", as: "a")
        try world.push("-q", "--no-verify", "origin", "main").checked()
        #expect(try !world.repository.remoteHolds(oid))
        try world.dvc("push", "-q").checked()
        #expect(try world.repository.remoteHolds(oid))
    }

    @Test func `a dry run records nothing`() throws {
        let oid = try world.repository.add("other", as: "a")
        try world.dvc("push", "--dry-run").checked()
        try world.dvc("push").checked()
        #expect(try world.repository.remoteHolds(oid))
    }
}
