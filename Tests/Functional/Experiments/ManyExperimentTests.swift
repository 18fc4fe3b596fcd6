import Basics
import TestSupport
import Testing

/// `git dvc exp` on one experiment of thousands: the same as on one of a few, and nobody is told of the
/// others.
@Suite struct ManyExperimentTests {
    private static let count = 2000

    let lab: ExperimentWorld
    var world: PushWorld { lab.world }
    private var packetFile: FilePath { world.sandbox.path("packets") }

    init() throws {
        lab = try ExperimentWorld()
        try lab.makeExperiment("one", "1")
        for repository in [world.bare, lab.path] {
            try world.sandbox.run(
                "git", "update-ref", "--stdin", in: repository, stdin: others { "create \($0)" }
            ).checked()
        }
    }

    /// Refs of experiments of other commits, each in a line.
    private func others(_ line: (String) -> String) -> String {
        (0..<Self.count).map { index in
            let digits = String(index)
            let baseline = String(repeating: "0", count: 40 - digits.count) + digits
            let ref = "refs/exps/\(digits.suffix(2).count < 2 ? "0" : "")\(digits.suffix(2))/"
            return "\(line(ref + baseline.dropFirst(2) + "/x\(index)")) \(lab.head)\n"
        }.joined()
    }

    /// Runs `git dvc exp` and says of which experiments the remote told when it was asked.
    private func told(
        _ arguments: String..., in directory: FilePath? = nil, saying text: String = ""
    ) throws -> [String] {
        try removeFile(packetFile)
        let result = try world.sandbox.start(
            "git", ["dvc", "exp"] + arguments, in: directory ?? lab.path,
            environment: ["GIT_TRACE_PACKET": packetFile.string]
        ).wait().checked()
        #expect(result.output.contains(text), "\(result)")
        // upload-pack> 9f3c... refs/exps/00/1234.../x
        return String(decoding: try readFile(packetFile), as: UTF8.self).split(separator: "\n")
            .filter { $0.contains("upload-pack> ") }
            .flatMap { $0.split(separator: " ") }
            .filter { $0.hasPrefix("refs/exps/") }
            .map { String($0.split(separator: "/").last ?? "") }
    }

    private func remoteCount() throws -> Int { try lab.refs().count }

    @Test func `one is pushed, listed, pulled, renamed and removed as if it were alone`() throws {
        try world.sandbox.git("update-ref", lab.ref("one10"), lab.head, in: world.bare)
        #expect(try told("push", "origin", "one", saying: "Pushed experiment one ") == ["one10"])
        #expect(try told("push", "origin", "one", saying: "one is up to date").contains("one"))
        #expect(try told("list", "origin", saying: "main:\n\tone\n\tone10\n") == ["one", "one10"])
        let clone = try lab.clone()
        let pulled = try told("pull", "origin", "one", in: clone, saying: "Pulled experiment one ")
        #expect(Set(pulled) == ["one", "one10"])
        #expect(try lab.names(in: clone) == ["one"])
        #expect(try lab.tip("one", in: clone) == lab.tip("one", in: lab.path))
        let renamed = try told("rename", "-g", "origin", "one", "two", saying: "Renamed")
        #expect(Set(renamed) == ["one", "one10"])
        #expect(try lab.tip("two") == lab.tip("one", in: lab.path))
        #expect(try told("remove", "-g", "origin", "two", saying: "'two'") == ["two"])
        #expect(try told("remove", "-g", "origin", lab.ref("one10"), saying: "one10") == ["one10"])
        #expect(try remoteCount() == Self.count)
    }

    @Test func `one of another commit is found by its name as well`() throws {
        let tips = try told("pull", "origin", "x77", "--no-cache", in: lab.clone(), saying: "x77")
        #expect(tips.count >= Self.count)
        // Here Git looks through all of them, and nobody else does.
        #expect(try lab.exp("remove", "x77").checked().output == "Removed experiments: 'x77'\n")
        #expect(try lab.names(in: lab.path).count == Self.count)
        #expect(try told("push", "--no-cache", "origin", "x78", saying: "up to date") == ["x78"])
        let unknown = try lab.exp("push", "origin", "x77")
        #expect(unknown.status == 255 && unknown.errorOutput.contains("'x77'"))
        let gone = try lab.exp("remove", "-g", "origin", "nine")
        #expect(gone.status == 255 && gone.errorOutput.contains("'nine'"))
        #expect(try remoteCount() == Self.count)
    }

    @Test func `of several with one name that of HEAD is meant, or none`() throws {
        for repository in [world.bare, lab.path] {
            try world.sandbox.git("update-ref", lab.ref("x5"), lab.head, in: repository)
        }
        #expect(try told("remove", "-g", "origin", "x5", saying: "'x5'") == ["x5"])
        #expect(try remoteCount() == Self.count)
        try world.commit("next")
        let ambiguous = try lab.exp("remove", "x5")
        #expect(ambiguous.status == 255)
        #expect(ambiguous.errorOutput.contains("ambiguous name 'x5' refers to 2 experiments"))
    }

    /// A server may know nothing of protocol 2, and the user may forbid it.
    @Test(arguments: ["0", "1", "2"])
    func `every version of Git's protocol gives the same`(version: String) throws {
        try world.git("config", "protocol.version", version)
        #expect(try lab.exp("list", "origin").checked().output == "")
        try lab.exp("push", "-q", "origin", "one").checked()
        #expect(try lab.exp("list", "origin").checked().output == "main:\n\tone\n")
        let names = try lab.exp("list", "-A", "--name-only", "origin").checked().outputLines
        #expect(names.count == Self.count + 1 && names.contains("one"))
        let clone = try lab.clone()
        try lab.exp("pull", "-q", "origin", "one", in: clone).checked()
        #expect(try lab.names(in: clone) == ["one"])
    }

    @Test(arguments: GitWay.allCases)
    func `every kind of address gives the same`(way: GitWay) throws {
        try lab.exp("push", "-q", "origin", "one").checked()
        let servers = GitServers(world.sandbox, root: world.sandbox.root)
        let url = try servers.url("bare.git", by: way)
        for name in [url, "there"] {
            if name != url { try world.git("remote", "add", name, url) }
            let result = try world.sandbox.start(
                "git", ["dvc", "exp", "list", name], in: lab.path,
                environment: servers.environment()
            ).wait().checked()
            #expect(result.output == "main:\n\tone\n", "\(name)")
        }
        let clone = try lab.clone()
        try world.sandbox.start(
            "git", ["dvc", "exp", "pull", "--no-cache", url, "one"], in: clone,
            environment: servers.environment()
        ).wait().checked()
        #expect(try lab.names(in: clone) == ["one"])
    }

    @Test func `the rules for addresses are Git's`() throws {
        try lab.exp("push", "-q", "origin", "one").checked()
        func lists(_ words: [String], in directory: FilePath? = nil) throws -> Bool {
            let result = try world.git(words, in: directory)
            return result.status == 0 && result.output == "main:\n\tone\n"
        }
        let list = ["dvc", "exp", "list"]
        // Relative paths start at the top, wherever the user is.
        let below = lab.path.appending("a/b")
        try createDirectories(below)
        #expect(try lists(list + ["../bare.git"], in: below))
        #expect(try lists(list + ["../bare"], in: below))
        let rule = ["-c", "url.\(world.sandbox.root)/.insteadOf=our:"]
        #expect(try lists(rule + list + ["our:bare.git"]))
        let forbidden = try world.git(["-c", "protocol.file.allow=never"] + list + ["origin"])
        #expect(forbidden.status == 255)
        #expect(forbidden.errorOutput.contains("transport 'file' not allowed"))
        // What the user has put in the server's place is run as Git runs it.
        try world.git("config", "remote.origin.uploadpack", "echo ran >&2; git-upload-pack")
        #expect(try lists(list + ["origin"]))
        try world.git("config", "remote.origin.uploadpack", "echo out of order >&2; false")
        let broken = try lab.exp("list", "origin")
        #expect(broken.status == 255)
        #expect(broken.errorOutput.contains("cannot use Git remote 'origin': out of order"))
        try world.git("remote", "add", "far", "ssh://127.0.0.1:1/bare.git")
        let far = try lab.exp("list", "far")
        #expect(far.status == 255 && far.errorOutput.contains("cannot use Git remote 'far': ssh: "))
    }
}
