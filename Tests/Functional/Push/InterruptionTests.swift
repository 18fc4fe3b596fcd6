import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Pushes that are ended in the middle, and pushes beside each other.
@Suite struct InterruptionTests {
    let world: PushWorld
    /// An object that takes a while to upload.
    let large: ObjectID
    let list: ObjectID

    init() throws {
        world = try PushWorld(inMemory: false)
        list = try world.repository.addDirectory("d", ["x": "1", "y": "2"])
        large = try world.addLargeObject(as: "large")
        try world.commit()
    }

    private var everything: [String] {
        world.keys(large, list, objectID(of: Array("1".utf8)), objectID(of: Array("2".utf8)))
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal ends an upload cleanly, and the next push completes it`(signal: CInt) throws {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        let process = try world.stopped(
            whileUploading: large,
            program, ["push", "--stdin", "origin", world.bare.string])
        process.send(signal)
        process.sendToAll(SIGCONT)
        let result = process.wait()
        #expect(result.status == 128 + signal, "\(result)")
        #expect(result.errorOutput.hasPrefix("error: interrupted after "), "\(result)")
        #expect(result.errorOutput.contains("\nhint: run the command again to upload the rest\n"))
        #expect(try world.flawsOfStorage() == [])
        #expect(try !world.stored().contains("\(DVCRepository.key(large))"))
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == everything)
    }

    @Test func `a signal that comes twice ends an upload as cleanly as one`() throws {
        // So it is with Ctrl-C at `git dvc push`: the terminal sends it, and git passes it on.
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        let process = try world.stopped(whileUploading: large, program, ["push"])
        process.send(SIGINT)
        process.send(SIGTERM)
        process.sendToAll(SIGCONT)
        let result = process.wait()
        #expect(result.status == 128 + SIGINT || result.status == 128 + SIGTERM, "\(result)")
        #expect(result.errorOutput.hasPrefix("error: interrupted after "), "\(result)")
        #expect(try world.flawsOfStorage() == [])
    }

    @Test func `Ctrl-C during git push moves no ref and leaves nothing`() throws {
        let process = try world.stopped(whileUploading: large, "git", ["push", "origin", "main"])
        process.sendToAll(SIGINT)
        process.sendToAll(SIGCONT)
        #expect(process.wait().succeeded == false)
        // Git does not wait for its hook; the temporary file goes away when that has ended.
        let folder = world.storage.appending(DVCRepository.key(large)).parent
        let deadline = ContinuousClock.now + .seconds(20)
        while try world.hasTemporary(in: folder), ContinuousClock.now < deadline { sched_yield() }
        #expect(try world.refs() == [])
        #expect(try world.flawsOfStorage() == [])
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == everything)
    }

    @Test func `kill -9 leaves no wrong object, and the next push completes it`() throws {
        let process = try world.stopped(whileUploading: large, "git", ["push", "origin", "main"])
        process.sendToAll(SIGKILL)
        _ = process.wait()
        #expect(try world.refs() == [])
        // A temporary file may stay: nobody was left to remove it, and DVC ignores it.
        let flaws = try world.flawsOfStorage().filter { !$0.hasSuffix(".tmp is no object") }
        #expect(flaws == [])
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored().filter { !$0.hasSuffix(".tmp") } == everything)
        #expect(try world.refs().count == 1)
    }

    @Test func `two pushes at once both succeed`() throws {
        let names = (0..<60).map { ("f\($0)", "\($0)") }
        let shared = try world.repository.addDirectory("e", .init(uniqueKeysWithValues: names))
        try world.commit()
        let pushes = try ["one", "two", "three"].map { name in
            try world.sandbox.start(
                "git", ["push", "-q", "origin", "main:refs/heads/\(name)"], in: world.path)
        }
        for push in pushes {
            let result = push.wait()
            #expect(result.succeeded, "\(result)")
            #expect(!result.errorOutput.contains("warning"), "\(result)")
        }
        #expect(try world.refs().count == 3)
        #expect(try world.flawsOfStorage() == [])
        #expect(try world.stored().contains("\(DVCRepository.key(shared))"))
    }
}
