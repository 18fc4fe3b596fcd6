import Basics

let gcCase = BenchCase(
    name: "gc-10k", summary: "gc of a cache with 10 000 objects too many and 10 000 needed ones"
) { world in
    let project = try Project("gc", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    let kept = world.path("gc/objects")
    try makeGarbage(besides: project, at: kept)
    func contenders(
        _ dry: [String], _ putBack: @escaping (Int) throws -> Void
    ) -> [Contender] {
        [(["git", "dvc"], 5), (["dvc"], 3)].map { program, rounds in
            let words = program + ["gc", "-w", "-f"] + dry
            return Contender(
                name: words.joined(separator: " "), rounds: world.rounds(rounds, quick: 2),
                prepare: putBack
            ) { _ in
                [try world.invocation(words[0], Array(words.dropFirst()), in: project.path)]
            }
        }
    }
    try restore(kept, to: project, world)
    let results = try [
        Work(
            title: "gc of 10 000 objects, dry", bars: [.faster(5, than: "dvc gc -w -f --dry")],
            contenders: contenders(["--dry"]) { _ in }
        ).measure(in: world),
        Work(
            title: "gc of 10 000 objects", bars: [.faster(5, than: "dvc gc -w -f")],
            contenders: contenders([]) { _ in try restore(kept, to: project, world) }
        ).measure(in: world),
    ]
    try world.run("rm", "-rf", "\(project.path.parent)")
    return results
}

/// Makes 10 000 objects that nothing needs, beside those of a project, and keeps them elsewhere.
private func makeGarbage(besides project: Project, at kept: FilePath) throws {
    let garbage = try Project("garbage", in: project.world)
    // Version 1000 has ten thousand files that version 0 does not have.
    try garbage.addTenThousandFiles(version: 1000)
    try createDirectories(kept.parent)
    try renameFile(garbage.objects, to: kept)
    try project.world.run("rm", "-rf", "\(garbage.path.parent)")
}

/// Puts objects into a project's cache; what is there stays.
private func restore(_ kept: FilePath, to project: Project, _ world: World) throws {
    try world.run(
        "cp", "--archive", "--update", "--no-target-directory", "\(kept)",
        "\(project.objects)")
}

let fsckCase = BenchCase(
    name: "fsck-10k", summary: "fsck of a cache of 10 000 objects, beside md5sum"
) { world in
    let project = try Project("fsck", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    let rounds = world.rounds(5, quick: 2)
    func contender(_ words: [String]) -> Contender {
        Contender(name: words.joined(separator: " "), rounds: rounds) { _ in
            [try world.invocation(words[0], Array(words.dropFirst()), in: project.path)]
        }
    }
    let sum = Contender(name: "find, md5sum", rounds: rounds) { _ in
        [
            try world.invocation(
                "find", ["\(project.objects)", "-type", "f", "-exec", "md5sum", "{}", "+"])
        ]
    }
    let results = try [
        Work(
            title: "fsck of 10 000 objects of 4 KiB",
            bars: [.atMost(1, timesSlowestOf: ["find, md5sum"])],
            contenders: [contender(["git", "dvc", "fsck"]), sum]
        ).measure(in: world),
        Work(
            title: "fsck of the same, knowing what was read before",
            bars: [.atMost(1, timesSlowestOf: ["find, md5sum"])],
            contenders: [contender(["git", "dvc", "fsck", "--fast"]), sum]
        ).measure(in: world),
    ]
    try world.run("rm", "-rf", "\(project.path.parent)")
    return results
}
