import Basics

let checkoutCase = BenchCase(
    name: "checkout-10k",
    summary:
        "checkout of 10 000 files of 4 KiB from the cache, by each type of link, and nothing to do"
) { world in
    let project = try Project("checkout", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    let data = project.path.appending("data")
    var results: [WorkResult] = []
    for type in ["copy", "hardlink", "symlink"] {
        try world.run("git", "dvc", "config", "cache.type", type, in: project.path)
        // What is to be made, which cp then copies or links.
        let model = world.path("checkout/model-\(type)")
        try world.run("rm", "-rf", "\(data)")
        try world.run("git", "dvc", "checkout", "--quiet", in: project.path)
        try renameFile(data, to: model)
        let limit = type == "copy" ? 2 : 2.5
        let peer = type == "copy" ? "cp -r" : "cp -rl"
        func contender(_ name: String, _ words: [String], _ rounds: Int) -> Contender {
            Contender(
                name: name, rounds: rounds,
                prepare: { _ in try world.run("rm", "-rf", "\(data)", "\(data).peer") },
                programs: { _ in
                    [try world.invocation(words[0], Array(words.dropFirst()), in: project.path)]
                })
        }
        results.append(
            try Work(
                title: "checkout of 10 000 x 4 KiB, \(type)",
                bars: [.atMost(limit, timesSlowestOf: [peer]), .peakAtMostMiB(32)],
                contenders: [
                    contender(
                        "git dvc checkout", ["git", "dvc", "checkout"], world.rounds(7, quick: 3)),
                    contender(
                        peer,
                        peer.split(separator: " ").map(String.init) + ["\(model)", "\(data).peer"],
                        world.rounds(7, quick: 3)),
                    contender("dvc checkout", ["dvc", "checkout"], world.rounds(3, quick: 1)),
                ]
            ).measure(in: world))
        try world.run("rm", "-rf", "\(model)", "\(data).peer")
    }
    try world.run("git", "dvc", "config", "cache.type", "copy", in: project.path)
    try world.run("rm", "-rf", "\(data)")
    try world.run("git", "dvc", "checkout", "--quiet", in: project.path)
    try world.run("dvc", "checkout", "--quiet", in: project.path)
    results.append(
        try Work(
            title: "checkout of 10 000 files, nothing to do", bars: [.peakAtMostMiB(32)],
            contenders: [
                Contender(name: "git dvc checkout", rounds: world.rounds(15, quick: 5)) { _ in
                    [try world.invocation("git", ["dvc", "checkout"], in: project.path)]
                },
                Contender(name: "find, a stat of each file", rounds: world.rounds(15, quick: 5)) {
                    _ in
                    [
                        try world.invocation(
                            "find", ["data", "-type", "f", "-size", "+1000000c"], in: project.path)
                    ]
                },
                Contender(name: "dvc checkout", rounds: world.rounds(3, quick: 1)) { _ in
                    [try world.invocation("dvc", ["checkout"], in: project.path)]
                },
            ]
        ).measure(in: world))
    try world.run("rm", "-rf", "\(project.path.parent)")
    return results
}

let fetchCase = BenchCase(
    name: "fetch-10k", summary: "fetch of 10 000 files of 4 KiB from a directory"
) { world in
    let project = try Project("fetch", in: world)
    try project.addTenThousandFiles(version: 0)
    let storage = project.storage("all")
    try createDirectories(storage)
    try project.use(storage)
    try project.commit("Add data")
    try world.run("git", "dvc", "push", "--quiet", in: project.path)
    let copy = world.path("fetch/copy")
    func contender(_ name: String, _ words: [String], _ rounds: Int) -> Contender {
        Contender(
            name: name, rounds: rounds,
            prepare: { _ in try world.run("rm", "-rf", "\(project.cache)", "\(copy)") },
            programs: { _ in
                [try world.invocation(words[0], Array(words.dropFirst()), in: project.path)]
            })
    }
    var contenders = [
        contender("git dvc fetch", ["git", "dvc", "fetch"], world.rounds(7, quick: 3)),
        contender("cp -r", ["cp", "-r", "\(storage)", "\(copy)"], world.rounds(7, quick: 3)),
        contender("dvc fetch", ["dvc", "fetch"], world.rounds(3, quick: 1)),
    ]
    if world.has("rclone") {
        contenders.append(
            contender(
                "rclone copy", ["rclone", "copy", "\(storage)", "\(copy)"],
                world.rounds(3, quick: 1)))
    }
    let result = try Work(
        title: "fetch of 10 000 x 4 KiB from a directory",
        bars: [.atMost(2, timesSlowestOf: ["cp -r"]), .peakAtMostMiB(32)], contenders: contenders
    ).measure(in: world)
    try world.run("rm", "-rf", "\(project.path.parent)")
    return [result]
}
