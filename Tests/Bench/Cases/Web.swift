import Basics
import TestSupport

let httpFirstPushCase = BenchCase(
    name: "http-first-push", summary: "first push of 10 000 files of 4 KiB to nginx, by PUT"
) { world in
    let bench = try WebBench("http-first", .nginx, in: world)
    defer { bench.remove() }
    return [
        try bench.firstPush(bars: [
            .atMost(1.2, timesSlowestOf: ["curl"]), .faster(1, than: "dvc push"),
            // The objects, and a question for the list.
            .requestsAtMost(10_002),
        ]).measure(in: world)
    ]
}

let webDAVFirstPushCase = BenchCase(
    name: "webdav-first-push",
    summary: "first push of 10 000 files of 4 KiB to rclone serve webdav (DVC takes minutes)",
    runsOnlyByName: true
) { world in
    let bench = try WebBench("webdav-first", .rclone, in: world)
    defer { bench.remove() }
    return [
        try bench.firstPush(bars: [
            .faster(10, than: "dvc push"), .faster(1, than: "rclone copy"),
            // PUT and MOVE for the objects and the list, 260 folders, a question for the list and one
            // for the folders.
            .requestsAtMost(2 * 10_001 + 260 + 2),
        ]).measure(in: world)
    ]
}

let httpLargeCase = BenchCase(
    name: "http-large", summary: "push of 2 x 1 GiB to nginx, by PUT", runsOnlyByName: true
) { world in
    try measureLarge("http-large", .nginx, in: world)
}

let webDAVLargeCase = BenchCase(
    name: "webdav-large", summary: "push of 2 x 1 GiB to rclone serve webdav",
    runsOnlyByName: true
) { world in
    try measureLarge("webdav-large", .rclone, in: world)
}

private func measureLarge(
    _ name: String, _ program: WebServer.Program, in world: World
) throws -> [WorkResult] {
    let mebibytes = world.isQuick ? 256 : 1024
    let bench = try WebBench(name, program, in: world) { project in
        _ = try addLargeFile("one.bin", mebibytes: mebibytes, to: project)
        _ = try addLargeFile("two.bin", mebibytes: mebibytes, to: project)
    }
    defer { bench.remove() }
    return [try bench.largePush(mebibytes: mebibytes).measure(in: world)]
}

/// A project, and a real server that keeps its files in memory.
private struct WebBench {
    let world: World
    let project: Project
    let server: WebServer

    init(
        _ name: String, _ program: WebServer.Program, in world: World,
        _ fill: (Project) throws -> Void = { try $0.addTenThousandFiles(version: 0) }
    ) throws {
        self.world = world
        project = try Project(name, in: world)
        try fill(project)
        try project.commit("Add data")
        server = try WebServer(program)
    }

    /// Only to save memory: the world goes away as a whole.
    func remove() { _ = try? world.run("rm", "-rf", "\(project.path.parent)") }

    private var isWebDAV: Bool { server.program != .nginx }

    /// Makes a folder of the server the data remote, for ours and for DVC.
    private func use(_ folder: String, at port: UInt16? = nil) throws {
        let text = """
            ['remote "storage"']
                url = \(isWebDAV ? "webdav" : "http")://127.0.0.1:\(port ?? server.port)/\(folder)
            \(isWebDAV ? "" : "    method = PUT")

            """
        try world.write(text, to: project.path.appending(".dvc/config.local"))
        // Real DVC makes no remote in a WebDAV folder that is not there. By the server, which otherwise
        // would not see it for minutes.
        if isWebDAV {
            try world.run(
                "curl", "--silent", "--fail", "--request", "MKCOL", "\(server.url)/\(folder)")
        }
    }

    private func empty(_ folder: String) throws {
        try world.run("rm", "-rf", "\(server.root.appending(FilePath(folder)))")
    }

    private func ours() throws -> Invocation {
        try world.invocation("git", ["dvc", "push"], in: project.path)
    }

    private func dvc() throws -> Invocation {
        try world.invocation("dvc", ["push"], in: project.path)
    }

    /// The paths of the objects in the cache.
    private func objectNames() throws -> [Substring] {
        try world.run("find", ".", "-type", "f", in: project.objects)
            .split(separator: "\n").map { $0.dropFirst(2) }
    }

    /// One process that sends every object, 32 at a time, and does nothing else.
    private func curl(_ folder: String) throws -> Invocation {
        let lines = try objectNames().map { name in
            "upload-file = \"\(project.objects)/\(name)\"\nurl = \"\(server.url)/\(folder)/files/"
                + "\(name)\"\noutput = /dev/null\n"
        }
        let list = world.path("\(project.name)/curl-list")
        try world.write(lines.joined(), to: list)
        return try world.invocation(
            "curl",
            [
                "--silent", "--fail", "--parallel", "--parallel-max", "32", "--config", "\(list)",
            ])
    }

    private func rclone(_ folder: String) throws -> Invocation {
        try world.invocation(
            "rclone",
            [
                "--config", "", "copy", "\(project.objects)",
                ":webdav,url='\(server.url)':\(folder)/files",
            ], in: project.path)
    }

    /// The requests of ours and of DVC for the same work.
    private func countRequests() throws -> [String: RequestCount] {
        var counts: [String: RequestCount] = [:]
        for (index, (name, push)) in [("git dvc push", ours), ("dvc push", dvc)].enumerated() {
            do {
                counts[name] = try RequestCounter.count(to: server.port, in: world) { port in
                    try use("counted-\(index)", at: port)
                } _: {
                    _ = try world.run([push()])
                }
            } catch let failure as Failed where index > 0 {
                printResult("not counted: \(failure)")
            }
            try empty("counted-\(index)")
        }
        return counts
    }

    /// Every round goes to a folder of its own.
    private func contender(
        _ name: String, rounds: Int, _ invocations: @escaping (String) throws -> [Invocation]
    ) -> Contender {
        func place(_ round: Int) -> String { "\(name.filter(\.isLetter))-\(round)" }
        return Contender(
            name: name, rounds: rounds, prepare: { try use(place($0)) },
            programs: { try invocations(place($0)) }, cleanUp: { try empty(place($0)) })
    }

    /// Few large files, whose bytes are hashed on the way: the CPU counts.
    func largePush(mebibytes: Int) throws -> Work {
        let names = try objectNames()
        let files = names.map { "\(project.objects)/\($0)" }
        let few = world.rounds(3, quick: 1)
        let peer = "curl, md5"
        return Work(
            title: "push of 2 x \(mebibytes) MiB to \(server.program)",
            bars: [.cpuAtMost(1.15, timesThatOf: peer), .peakAtMostMiB(32)],
            contenders: [
                contender("git dvc push", rounds: world.rounds(5, quick: 2)) { _ in [try ours()] },
                contender(peer, rounds: few) { place in
                    // curl makes no folders, and nginx those that are missing.
                    for folder in isWebDAV ? folders(of: names) : [] {
                        try world.run(
                            "curl", "--silent", "--fail", "--request", "MKCOL",
                            "\(server.url)/\(place)/\(folder)")
                    }
                    return [
                        try curl(place), try world.invocation("openssl", ["dgst", "-md5"] + files),
                    ]
                },
                contender("dvc push", rounds: few) { _ in [try dvc()] },
            ])
    }

    /// Those that hold the objects, each before what is in it.
    private func folders(of names: [Substring]) -> [String] {
        let own = Set(names.map { "files/\($0)".split(separator: "/").dropLast() })
        let all = own.flatMap { parts in
            (1...parts.count).map { parts.prefix($0).joined(separator: "/") }
        }
        return Set(all).sorted()
    }

    func firstPush(bars: [Bar]) throws -> Work {
        let few = world.rounds(isWebDAV ? 1 : 3, quick: 1)
        let peer =
            isWebDAV
            ? contender("rclone copy", rounds: few) { [try rclone($0)] }
            : contender("curl", rounds: world.rounds(5, quick: 2)) { [try curl($0)] }
        return Work(
            title: "first push to \(server.program)", bars: bars + [.peakAtMostMiB(32)],
            contenders: [
                contender("git dvc push", rounds: world.rounds(5, quick: 2)) { _ in [try ours()] },
                peer, contender("dvc push", rounds: few) { _ in [try dvc()] },
            ], countRequests: { try countRequests() })
    }
}
