import Basics

let addManyCase = BenchCase(
    name: "add-10k", summary: "add of a directory with 10 000 files of 4 KiB"
) { world in
    let place = world.path("add-10k")
    try createDirectories(place.appending("made"))
    for index in 0..<10_000 {
        let directory = place.appending("made/data/\(index % 100)")
        try createDirectories(directory)
        let file = try OpenFile(creating: directory.appending("\(index)"))
        try file.write([UInt8](repeating: 7, count: 4092))
        try file.write(withUnsafeBytes(of: UInt32(index)) { Array($0) })
    }
    let rounds = world.rounds(5, quick: 2)
    let result = try Work(
        title: "add 10 000 files of 4 KiB", bars: [.faster(5, than: "dvc add")],
        contenders: [
            adding("git dvc add", "git", ["dvc", "add", "data"], rounds, place, world),
            adding("dvc add", "dvc", ["add", "data"], world.rounds(3, quick: 1), place, world),
        ]
    ).measure(in: world)
    try world.run("rm", "-rf", "\(place)")
    return [result]
}

let addLargeCase = BenchCase(
    name: "add-large", summary: "add of two files of 1 GiB"
) { world in
    let place = world.path("add-large")
    try createDirectories(place.appending("made/data"))
    for name in ["a", "b"] {
        try world.run(
            "dd", "if=/dev/urandom", "of=\(place)/made/data/\(name)", "bs=1M", "count=1024",
            "status=none")
    }
    let rounds = world.rounds(5, quick: 2)
    let files = ["a", "b"].map { "\(place)/made/data/\($0)" }
    let result = try Work(
        title: "add 2 x 1 GiB",
        bars: [.atMost(1.25, timesSlowestOf: ["cp", "md5sum, two at once"])],
        contenders: [
            adding("git dvc add", "git", ["dvc", "add", "data"], rounds, place, world),
            Contender(
                name: "cp", rounds: rounds,
                programs: { _ in
                    [
                        try world.invocation(
                            "cp", ["-r", "\(place)/made/data", "\(place)/copy"], in: place)
                    ]
                },
                cleanUp: { _ in try world.run("rm", "-rf", "\(place)/copy") }),
            Contender(
                name: "md5sum, two at once", rounds: rounds,
                programs: { _ in
                    try files.map { try world.invocation("md5sum", [$0], in: place) }
                }),
            adding("dvc add", "dvc", ["add", "data"], world.rounds(2, quick: 1), place, world),
        ]
    ).measure(in: world)
    try world.run("rm", "-rf", "\(place)")
    return [result]
}

/// Adds data that was never seen, in a repository that is made anew for each round.
private func adding(
    _ name: String, _ program: String, _ words: [String], _ rounds: Int, _ place: FilePath,
    _ world: World
) -> Contender {
    func project(_ round: Int) -> FilePath {
        place.appending("\(name.filter { $0 != " " })-\(round)")
    }
    return Contender(
        name: name, rounds: rounds,
        prepare: { round in
            try world.run("git", "init", "-q", "\(project(round))")
            try world.run("git", "-C", "\(project(round))", "dvc", "init", "-q")
            // The same data for everybody, and not touched while it is measured.
            try renameFile(place.appending("made/data"), to: project(round).appending("data"))
        },
        programs: { round in [try world.invocation(program, words, in: project(round))] },
        cleanUp: { round in
            try renameFile(project(round).appending("data"), to: place.appending("made/data"))
            try world.run("rm", "-rf", "\(project(round))")
        })
}
