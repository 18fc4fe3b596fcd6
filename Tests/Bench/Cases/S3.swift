import Basics
import TestSupport

let s3FirstPushCase = BenchCase(
    name: "s3-first-push", summary: "first push of 10 000 files of 4 KiB to rclone serve s3"
) { world in
    let bench = try S3Bench("s3-first", in: world)
    defer { bench.remove() }
    return [try bench.firstPush().measure(in: world)]
}

let s3NothingNewCase = BenchCase(
    name: "s3-nothing-new",
    summary: "push of 10 000 files that are all there, with and without records"
) { world in
    let bench = try S3Bench("s3-nothing", in: world)
    defer { bench.remove() }
    return [
        try bench.pushAgain(
            "nothing new, warm", bars: [.faster(30, than: "dvc push"), .requestsAtMost(0)]
        ).measure(in: world),
        try bench.pushAgain(
            "nothing new, cold",
            bars: [.faster(1, than: "rclone copy"), .noMoreRequests(than: "dvc push")]
        ) {
            // What all of them remember of the bucket, and nothing else.
            try world.run("rm", "-rf", "\(bench.project.path)/.git/dvc", "\(bench.siteCache)")
        }.measure(in: world),
    ]
}

let s3TenChangedCase = BenchCase(
    name: "s3-ten-changed", summary: "push to rclone serve s3 after 10 of 10 000 files changed"
) { world in
    let bench = try S3Bench("s3-changed", in: world)
    defer { bench.remove() }
    var version = 0
    return [
        try bench.pushAgain(
            "10 changed", bars: [.faster(20, than: "dvc push"), .requestsAtMost(13)]
        ) {
            version += 1
            try bench.project.addTenThousandFiles(version: version)
            try bench.project.commit("Change data")
        }.measure(in: world)
    ]
}

let s3LargeCase = BenchCase(
    name: "s3-large", summary: "push of 2 x 1 GiB to rclone serve s3", runsOnlyByName: true
) { world in
    let mebibytes = world.isQuick ? 256 : 1024
    let bench = try S3Bench("s3-large", in: world) { project in
        _ = try addLargeFile("one.bin", mebibytes: mebibytes, to: project)
        _ = try addLargeFile("two.bin", mebibytes: mebibytes, to: project)
    }
    defer { bench.remove() }
    return [try bench.largePush(mebibytes: mebibytes).measure(in: world)]
}

/// A project, and a real server whose buckets are in memory.
struct S3Bench {
    let world: World
    let project: Project
    let server: S3Server
    let bucket: String

    /// Where DVC keeps what it knows of remotes.
    var siteCache: FilePath { world.sandbox.home.appending("dvc-site") }

    init(
        _ name: String, in world: World,
        _ fill: (Project) throws -> Void = { try $0.addTenThousandFiles(version: 0) }
    ) throws {
        self.world = world
        project = try Project(name, in: world)
        try fill(project)
        try project.commit("Add data")
        // Without keys, so that nobody can save the work of signing: all of them do it.
        server = try S3Server(.rclone)
        bucket = try server.makeBucket()
    }

    /// Only to save memory: the world goes away as a whole.
    func remove() { _ = try? world.run("rm", "-rf", "\(project.path.parent)") }

    /// Makes a prefix of the bucket the data remote, for ours and for DVC.
    ///
    /// `port`: of the server, or of what stands before it.
    func use(_ prefix: String, at port: UInt16? = nil) throws {
        let text = """
            ['remote "storage"']
                url = s3://\(bucket)/\(prefix)
                endpointurl = http://127.0.0.1:\(port ?? server.port)
                region = us-east-1
                access_key_id = \(S3Server.accessKey)
                secret_access_key = \(S3Server.secretKey)

            """
        try world.write(text, to: project.path.appending(".dvc/config.local"))
    }

    private func empty(_ prefix: String) throws {
        try world.run("rm", "-rf", "\(server.buckets.appending(bucket).appending(prefix))")
    }

    private func rclone(_ prefix: String) throws -> Invocation {
        try world.invocation(
            "rclone", ["--config", "", "copy", "\(project.objects)", rclonePlace(prefix)],
            in: project.path)
    }

    /// The objects below a prefix, as rclone names them.
    func rclonePlace(_ prefix: String) -> String {
        ":s3,provider=Rclone,endpoint='\(server.url)',access_key_id=\(S3Server.accessKey),"
            + "secret_access_key='\(S3Server.secretKey)':\(bucket)/\(prefix)/files"
    }

    /// `copy` sends everything, `sync` what is not there.
    private func s5cmd(_ verb: String, _ prefix: String) throws -> Invocation {
        try world.invocation(
            "s5cmd",
            [
                "--log", "error", "--endpoint-url", server.url,
                verb, "\(project.objects)/", "s3://\(bucket)/\(prefix)/files/",
            ],
            environment: [
                "AWS_ACCESS_KEY_ID": S3Server.accessKey,
                "AWS_SECRET_ACCESS_KEY": S3Server.secretKey, "AWS_REGION": "us-east-1",
            ])
    }

    private func ours() throws -> Invocation {
        try world.invocation("git", ["dvc", "push"], in: project.path)
    }

    private func dvc() throws -> Invocation {
        try world.invocation("dvc", ["push"], in: project.path)
    }

    /// The requests of ours and of DVC for the same work: a push after `prepare`.
    ///
    /// `place`: a part of the prefix that no other work uses: rclone goes on to remember what was there.
    /// `isAgain`: whether all of it was pushed to the place before; what is remembered of that goes by
    /// the place's address.
    private func countRequests(
        in place: String, isAgain: Bool, _ prepare: () throws -> Void = {}
    ) throws -> [String: RequestCount] {
        var counts: [String: RequestCount] = [:]
        for (index, (name, push)) in [("git dvc push", ours), ("dvc push", dvc)].enumerated() {
            counts[name] = try RequestCounter.count(to: server.port, in: world) { port in
                try use("counted-\(place)-\(index)", at: port)
                if isAgain { _ = try world.run([push()]) }
            } _: {
                try prepare()
                _ = try world.run([push()])
            }
            try empty("counted-\(place)-\(index)")
        }
        return counts
    }

    /// The paths of the objects in the cache.
    func objectNames() throws -> [Substring] {
        try world.run("find", ".", "-type", "f", in: project.objects)
            .split(separator: "\n").map { $0.dropFirst(2) }
    }

    /// One process that sends every object, 32 at a time, and does nothing else.
    private func curl(_ prefix: String) throws -> Invocation {
        let list = world.path("\(project.name)/curl-list")
        let lines = try objectNames().map { name in
            "upload-file = \"\(project.objects)/\(name)\"\nurl = \"\(server.url)/\(bucket)/"
                + "\(prefix)/files/\(name)\"\noutput = /dev/null\n"
        }
        try world.write(lines.joined(), to: list)
        // rclone answers 500 when two first objects make one folder at once; all others try again.
        return try world.invocation(
            "curl",
            [
                "--silent", "--fail", "--retry", "5", "--parallel", "--parallel-max", "32",
                "--config", "\(list)",
            ])
    }

    /// Every round goes to a prefix of its own.
    func firstPush() -> Work {
        func contender(
            _ name: String, rounds: Int, _ invocation: @escaping (String) throws -> Invocation
        ) -> Contender {
            func prefix(_ round: Int) -> String { "\(name.filter { $0 != " " })-\(round)" }
            return Contender(
                name: name, rounds: rounds, prepare: { try use(prefix($0)) },
                programs: { [try invocation(prefix($0))] }, cleanUp: { try empty(prefix($0)) })
        }
        let rounds = world.rounds(5, quick: 2)
        let few = world.rounds(3, quick: 1)
        return Work(
            title: "first push to rclone serve s3",
            bars: [
                .atMost(1.25, timesSlowestOf: ["curl"]), .faster(5, than: "dvc push"),
                .faster(1, than: "rclone copy"), .faster(1, than: "s5cmd cp"), .peakAtMostMiB(32),
                .cpuAtMost(1, timesThatOf: "rclone copy"), .noMoreRequests(than: "dvc push"),
            ],
            contenders: [
                contender("git dvc push", rounds: rounds) { _ in try ours() },
                contender("curl", rounds: rounds) { try curl($0) },
                contender("rclone copy", rounds: few) { try rclone($0) },
                contender("s5cmd cp", rounds: few) { try s5cmd("cp", $0) },
                contender("dvc push", rounds: few) { _ in try dvc() },
            ], countRequests: { try countRequests(in: "first", isAgain: false) })
    }

    /// The same for few large files, whose bytes are hashed twice on the way: the CPU counts.
    func largePush(mebibytes: Int) throws -> Work {
        let files = try objectNames().map { "\(project.objects)/\($0)" }
        let peer = "curl, md5, sha256"
        return Work(
            title: "push of 2 x \(mebibytes) MiB to rclone serve s3",
            bars: [
                .cpuAtMost(1.15, timesThatOf: peer), .faster(1, than: "rclone copy"),
                .faster(1, than: "s5cmd cp"), .faster(1, than: "dvc push"), .peakAtMostMiB(32),
            ],
            contenders: firstPush().contenders + [
                Contender(
                    name: peer, rounds: world.rounds(3, quick: 1),
                    programs: { round in
                        [try curl("hashed-\(round)")]
                            + (try ["-md5", "-sha256"].map { algorithm in
                                try world.invocation("openssl", ["dgst", algorithm] + files)
                            })
                    }, cleanUp: { try empty("hashed-\($0)") })
            ])
    }

    /// Everybody pushes again to where they pushed before.
    func pushAgain(
        _ title: String, bars: [Bar], prepare: @escaping () throws -> Void = {}
    ) throws -> Work {
        let place = String(title.filter { $0.isLetter || $0.isNumber })
        let contenders: [(String, (String) throws -> Invocation)] = [
            ("git dvc push", { _ in try ours() }), ("rclone copy", { try rclone($0) }),
            ("s5cmd sync", { try s5cmd("sync", $0) }), ("dvc push", { _ in try dvc() }),
        ]
        return Work(
            title: "push to rclone serve s3, \(title)", bars: bars + [.peakAtMostMiB(32)],
            prepare: { _ in try prepare() },
            contenders: try contenders.map { name, invocation in
                let prefix = "\(place)-\(name.filter { $0 != " " })"
                try use(prefix)
                _ = try world.run([invocation(prefix)])
                return Contender(
                    name: name, rounds: world.rounds(5, quick: 2),
                    prepare: { _ in try use(prefix) },
                    programs: { _ in [try invocation(prefix)] })
            }, countRequests: { try countRequests(in: place, isAgain: true, prepare) })
    }
}
