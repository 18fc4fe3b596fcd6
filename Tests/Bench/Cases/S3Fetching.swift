import Basics
import TestSupport

let s3FetchCase = BenchCase(
    name: "s3-fetch", summary: "fetch of 10 000 files of 4 KiB from rclone serve s3"
) { world in
    let bench = try S3Bench("s3-fetch", in: world)
    defer { bench.remove() }
    return [
        try bench.fetch(
            "fetch of 10 000 x 4 KiB", bars: [.atMost(1.3, timesSlowestOf: ["curl"])]
        ).measure(in: world)
    ]
}

let s3FetchLargeCase = BenchCase(
    name: "s3-fetch-large", summary: "fetch of 2 x 1 GiB from rclone serve s3",
    runsOnlyByName: true
) { world in
    let mebibytes = world.isQuick ? 256 : 1024
    let bench = try S3Bench("s3-fetch-large", in: world) { project in
        _ = try addLargeFile("one.bin", mebibytes: mebibytes, to: project)
        _ = try addLargeFile("two.bin", mebibytes: mebibytes, to: project)
    }
    defer { bench.remove() }
    return [
        try bench.fetch("fetch of 2 x \(mebibytes) MiB", bars: [.faster(1, than: "curl")])
            .measure(in: world)
    ]
}

extension S3Bench {
    /// Everything comes into an empty cache, or an empty folder.
    fileprivate func fetch(_ title: String, bars: [Bar]) throws -> Work {
        try use("all")
        try world.run("git", "dvc", "push", "--quiet", in: project.path)
        let names = try objectNames()
        let copy = project.path.parent.appending("copy")
        func contender(
            _ name: String, rounds: Int, _ invocation: @escaping () throws -> Invocation
        ) -> Contender {
            Contender(
                name: name, rounds: rounds,
                prepare: { _ in
                    try world.run("rm", "-rf", "\(project.cache)", "\(copy)")
                    try createDirectories(copy)
                },
                programs: { _ in [try invocation()] })
        }
        // One process, 32 at a time, that checks nothing.
        let list = project.path.parent.appending("curl-list")
        let lines = names.map { name in
            "url = \"\(server.url)/\(bucket)/all/files/\(name)\"\noutput = \"\(copy)/\(name)\"\n"
        }
        try world.write(lines.joined(), to: list)
        return Work(
            title: "\(title) from rclone serve s3",
            bars: bars + [
                .faster(1, than: "rclone copy"), .faster(1, than: "dvc fetch"), .peakAtMostMiB(32),
            ],
            contenders: [
                contender("git dvc fetch", rounds: world.rounds(5, quick: 2)) {
                    try world.invocation("git", ["dvc", "fetch"], in: project.path)
                },
                contender("curl", rounds: world.rounds(5, quick: 2)) {
                    try world.invocation(
                        "curl",
                        [
                            "--silent", "--fail", "--create-dirs", "--parallel", "--parallel-max",
                            "32", "--config", "\(list)",
                        ])
                },
                contender("rclone copy", rounds: world.rounds(3, quick: 1)) {
                    try world.invocation(
                        "rclone", ["--config", "", "copy", rclonePlace("all"), "\(copy)"],
                        in: project.path)
                },
                contender("dvc fetch", rounds: world.rounds(3, quick: 1)) {
                    try world.invocation("dvc", ["fetch"], in: project.path)
                },
            ])
    }
}
