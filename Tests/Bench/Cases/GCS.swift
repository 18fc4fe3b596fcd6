import Basics
import TestSupport

let gcsFirstPushCase = BenchCase(
    name: "gcs-first-push", summary: "first push of 1 000 files of 4 KiB to gcp-storage-emulator",
    runsOnlyByName: true
) { world in
    let bench = try GCSBench(in: world)
    defer { bench.remove() }
    return [try bench.firstPush().measure(in: world)]
}

/// A project, and the emulator, which is slow enough to be what everybody waits for: what is left to
/// compare is how much each asks of it.
///
/// It writes down all that it holds with each object: ten thousand would
/// take it a quarter of an hour in each round.
private struct GCSBench {
    let world: World
    let project: Project
    let server: GCSServer

    init(in world: World) throws {
        self.world = world
        project = try Project("gcs-first", in: world)
        try project.addFiles(1000, version: 0)
        try project.commit("Add data")
        server = try GCSServer()
    }

    /// Only to save memory: the world goes away as a whole.
    func remove() { _ = try? world.run("rm", "-rf", "\(project.path.parent)") }

    /// Makes a bucket the data remote, for ours and for DVC; `port`: of what is asked.
    private func use(_ bucket: String, at port: UInt16? = nil) throws {
        let text = """
            ['remote "storage"']
                url = gs://\(bucket)/data
                endpointurl = http://127.0.0.1:\(port ?? server.port)
                allow_anonymous_login = true

            """
        try world.write(text, to: project.path.appending(".dvc/config.local"))
    }

    private func rclone(_ bucket: String) throws -> Invocation {
        let place =
            ":gcs,anonymous=true,no_check_bucket=true,endpoint='\(server.url)/storage/v1/':"
            + "\(bucket)/data/files"
        return try world.invocation(
            "rclone", ["--config", "", "copy", "\(project.objects)", place], in: project.path)
    }

    private func ours() throws -> Invocation {
        try world.invocation("git", ["dvc", "push"], in: project.path)
    }

    private func dvc() throws -> Invocation {
        try world.invocation("dvc", ["push"], in: project.path)
    }

    private func countRequests() throws -> [String: RequestCount] {
        var counts: [String: RequestCount] = [:]
        for (name, push) in [("git dvc push", ours), ("dvc push", dvc)] {
            let bucket = try server.makeBucket()
            counts[name] = try RequestCounter.count(to: server.port, in: world) { port in
                try use(bucket, at: port)
            } _: {
                _ = try world.run([push()])
            }
            try server.wipe()
        }
        return counts
    }

    /// Every round goes to a bucket of its own, and all are emptied after it: what the emulator holds
    /// slows it down.
    func firstPush() throws -> Work {
        func contender(
            _ name: String, _ invocation: @escaping (String) throws -> Invocation
        ) throws -> Contender {
            let buckets = try (0..<world.rounds(3, quick: 1)).map { _ in try server.makeBucket() }
            return Contender(
                name: name, rounds: buckets.count, prepare: { try use(buckets[$0]) },
                programs: { [try invocation(buckets[$0])] },
                cleanUp: { _ in try server.wipe() })
        }
        return Work(
            title: "first push to gcp-storage-emulator",
            bars: [
                .faster(1, than: "rclone copy"), .faster(1, than: "dvc push"), .peakAtMostMiB(32),
                .noMoreRequests(than: "dvc push"),
            ],
            contenders: [
                try contender("git dvc push") { _ in try ours() },
                try contender("rclone copy") { try rclone($0) },
                try contender("dvc push") { _ in try dvc() },
            ], countRequests: { try countRequests() })
    }
}
