import Basics
import Digests
import TestSupport
import Testing

/// What every kind of remote has: references, `jobs`, `verify`, and how long is waited.
@Suite struct RemoteOptionTests {
    @Test(arguments: RemoteKind.allCases)
    func `a remote that refers to another one has its place and its options`(
        kind: RemoteKind
    ) throws {
        let world = try RemoteWorld(kind)
        try world.configure(
            sections: """
                ['remote "middle"']
                    url = remote://storage/nested
                ['remote "last"']
                    url = remote://MIDDLE/x
                """, default: "last")
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
        let files = try world.files()
        #expect(!files.isEmpty && files.allSatisfy { $0.contains("nested/x/") }, "\(files)")
        if kind.isKnownToDVC {
            let status = try world.repository.tryDVC("status", "--cloud")
            #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
        }
    }

    /// In every case the content decides: `verify = false` would only switch DVC's own looks off.
    @Test(arguments: RemoteKind.allCases, [false, true])
    func `what is damaged is not taken, whatever verify says`(
        kind: RemoteKind, verify: Bool
    ) throws {
        let world = try RemoteWorld(kind)
        try world.configure("    verify = \(verify)")
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
        // As long as what is whole, so that only its content tells.
        let oid = objectID(of: Template.binary)
        try world.put(
            [UInt8](repeating: 7, count: Template.binary.count), at: DVCRepository.key(oid))
        try world.sandbox.run("rm", "-rf", world.repository.cache.string, "weights.bin").checked()
        try removeFile(world.path.appending("weights.bin"))
        let pull = try world.ours("pull", "weights.bin.dvc")
        #expect(pull.status == 1, "\(pull)")
        #expect(pull.errorOutput.contains("is damaged: it has the MD5"), "\(pull)")
        #expect(!fileExists(world.path.appending("weights.bin")))
        // The others are there, and are got.
        let other = try world.ours("pull", "tool.sh.dvc")
        #expect(other.succeeded, "\(other)")
    }

    @Test(arguments: RemoteKind.allCases.filter(\.speaksHTTP))
    func `jobs of the remote bounds what is asked at once, and -j wins over it`(
        kind: RemoteKind
    ) throws {
        let world = try RemoteWorld(kind)
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        let names = (0..<60).map { "f\($0)" }
        for (option, lines, most) in [
            (nil, "    jobs = 2", 2), ("-j1", "    jobs = 5", 1), ("-j3", "", 3),
        ] as [(String?, String, Int)] {
            try world.configure(lines)
            try repository.addDirectory("many", names: names) {
                Array("content \($0) \(most)".utf8)
            }
            for command in [["push"], ["push", "--check-members"], ["status", "-c"]] {
                let result = try world.sandbox.start(
                    "git", ["dvc"] + command + (option.map { [$0] } ?? []), in: world.path
                ).wait()
                #expect(result.succeeded, "\(result)")
                #expect(world.proxy.mostInFlight <= most, "\(command) \(lines)")
            }
            #expect(world.proxy.requests.count > 60)
            world.proxy.forgetRequests()
        }
    }

    // MARK: How long is waited

    @Test(arguments: [
        (RemoteKind.http, "read_timeout"), (.azure, "read_timeout"), (.webdav, "timeout"),
    ])
    func `a time limit of the remote is how long nothing may come`(
        kind: RemoteKind, option: String
    ) throws {
        let world = try RemoteWorld(kind)
        try world.configure("    \(option) = 1")
        world.proxy.add(.stall, times: 1)
        let push = try world.ours("push", environment: ["GIT_DVC_TRACE": "1"])
        #expect(push.succeeded, "\(push)")
        let words = "nothing came from '127.0.0.1:\(world.proxy.port)' for 1 seconds"
        #expect(push.errorOutput.contains(words), "\(push)")
    }

    @Test(arguments: [
        (RemoteKind.http, "connect_timeout"), (.azure, "connection_timeout"),
        (.webdav, "timeout"), (.ssh, "timeout"),
    ])
    func `a time limit of the remote is how long a connection may take`(
        kind: RemoteKind, option: String
    ) throws {
        let world = try RemoteWorld(kind)
        let silent = try SilentListener()
        var lines = "    \(option) = 1"
        if kind == .azure {
            let url = "http://127.0.0.1:\(silent.port)"
            lines += "\n    connection_string = \"\(AzureStub.connectionString(url))\""
            try world.repository.setConfig("", local: true)
        }
        let scheme = kind == .azure ? "azure://data/x" : "\(kind)://127.0.0.1:\(silent.port)/x"
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = \(scheme)
            \(lines)

            """)
        let push = try world.ours("push")
        #expect(push.status == 1, "\(push)")
        let words =
            kind == .ssh
            ? "no answer for 1 seconds"
            : "cannot connect to '127.0.0.1:\(silent.port)': no answer in time"
        #expect(push.errorOutput.contains(words), "\(push)")
    }

    @Test func `how long Azure may work on a request is said in each of them`() throws {
        let world = try RemoteWorld(.azure)
        try world.configure("    timeout = 17")
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
        #expect(!world.proxy.requests.isEmpty)
        #expect(world.proxy.requests.allSatisfy { $0.target.contains("timeout=17") })
    }
}
