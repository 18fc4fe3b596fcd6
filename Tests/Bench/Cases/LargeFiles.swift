import Basics
import Digests

let largeCase = BenchCase(
    name: "large", summary: "push of 2 x 1 GiB and 64 MiB to a directory"
) { world in
    try touchMemory(mebibytes: 2 * total + 64, in: world)
    let project = try Project("large", in: world)
    let files = try sizes.enumerated().map { index, mebibytes in
        try addLargeFile("large-\(index).bin", mebibytes: mebibytes, to: project)
    }
    try project.commit("Add data")
    let result = try largeWork(project, files).measure(in: world)
    try world.run("rm", "-rf", "\(project.path.parent)")
    return [result]
}

private let sizes = [1024, 1024, 64]
private let total = sizes.reduce(0, +)

/// Has the system hand out so much memory once: the first use of a page is slower than all later
/// ones, in a virtual machine many times.
private func touchMemory(mebibytes: Int, in world: World) throws {
    let file = world.path("touched")
    try createDirectories(file.parent)
    try world.run(
        "dd", "if=/dev/zero", "of=\(file)", "bs=1M", "count=\(mebibytes)", "status=none")
    try removeFile(file)
}

/// Puts a file of random bytes into the cache and its metafile into the working copy.
///
/// No program that reads the file's bytes here becomes as large as the file.
func addLargeFile(
    _ name: String, mebibytes: Int, to project: Project
) throws -> FilePath {
    let world = project.world
    let made = world.path("made")
    try world.run(
        "dd", "if=/dev/urandom", "of=\(made)", "bs=1M", "count=\(mebibytes)", "status=none")
    let said = try world.run("md5sum", "\(made)")
    guard let oid = ObjectID(said.utf8.prefix(32)) else {
        throw SystemError("hash", made, code: 0)
    }
    let object = oid.storagePath(below: project.cache)
    try createDirectories(object.parent)
    try world.run("chmod", "444", "\(made)")
    try renameFile(made, to: object)
    try project.track(name, oid, size: mebibytes << 20)
    return object
}

private func largeWork(_ project: Project, _ files: [FilePath]) -> Work {
    let world = project.world
    let storage = project.storage("one")
    func contender(
        _ name: String, rounds: Int, _ programs: [(program: String, arguments: [String])]
    ) -> Contender {
        Contender(
            name: name, rounds: rounds,
            prepare: { round in
                // A path of its own, so that nobody's records know it.
                try project.use(project.storage("\(round)-\(name.filter { $0 != " " })"))
                try createDirectories(storage)
            },
            programs: { _ in
                try programs.map {
                    try world.invocation($0.program, $0.arguments, in: project.path)
                }
            },
            cleanUp: { round in
                let own = project.storage("\(round)-\(name.filter { $0 != " " })")
                try world.run("rm", "-rf", "\(storage)", "\(own)")
            })
    }
    let rounds = world.rounds(5, quick: 2)
    var contenders = [
        contender("git dvc push", rounds: rounds, [("git", ["dvc", "push"])]),
        contender(
            "cp", rounds: rounds, [("cp", ["-r", "\(project.objects)", "\(storage)/files"])]),
        contender(
            "md5sum, two at once", rounds: rounds,
            [
                ("md5sum", ["\(files[0])", "\(files[2])"]),
                ("md5sum", ["\(files[1])"]),
            ]),
        contender("dvc push", rounds: world.rounds(3, quick: 1), [("dvc", ["push"])]),
    ]
    if world.has("rclone") {
        contenders.append(
            contender(
                "rclone copy", rounds: world.rounds(2, quick: 1),
                [("rclone", ["copy", "\(project.objects)", "\(storage)/files"])]))
    }
    return Work(
        title: "push of 2 x 1 GiB and 64 MiB",
        bars: [.atMost(1.25, timesSlowestOf: ["cp", "md5sum, two at once"])],
        contenders: contenders)
}
