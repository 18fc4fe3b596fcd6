import Basics
import Digests

let millionCase = BenchCase(
    name: "million", summary: "a directory of a million files: pushes and status -c",
    runsOnlyByName: true
) { world in try manyMembers(1_000_000, in: world) }

let hundredThousandCase = BenchCase(
    name: "hundred-thousand", summary: "the same for a hundred thousand", runsOnlyByName: true
) { world in try manyMembers(100_000, in: world) }

let millionBackCase = BenchCase(
    name: "million-back", summary: "a directory of a million files: fetch and checkout",
    runsOnlyByName: true
) { world in
    let project = try Project("million-back", in: world)
    try makeMembers(1_000_000, of: project, in: world)
    let remote = project.storage("all")
    try project.use(remote)
    try createDirectories(remote)
    try renameFile(project.objects, to: remote.appending("files"))
    try project.commit("Add data")
    let data = project.path.appending("data")
    /// `removed`: what is there only after the work.
    func measure(_ verb: String, removed: FilePath) throws -> WorkResult {
        let invocation = try world.invocation("git", ["dvc", verb], in: project.path)
        return try Work(
            title: "\(verb) of 1000000 members", bars: [.peakAtMostMiB(300)],
            contenders: [
                Contender(
                    name: "git dvc \(verb)", rounds: world.rounds(2, quick: 1),
                    prepare: { _ in try world.run("rm", "-rf", "\(removed)") },
                    programs: { _ in [invocation] })
            ]
        ).measure(in: world)
    }
    var results = [try measure("fetch", removed: project.cache)]
    // The checkout finds what the last fetch brought; a third million of files would not fit into the
    // inodes that a memory file system has here.
    try world.run("rm", "-rf", "\(remote)")
    results.append(try measure("checkout", removed: data))
    try world.run("rm", "-rf", "\(project.path.parent)")
    return results
}

/// Tracks so many members as the directory `data`, with their objects in the cache.
///
/// `version`: ten times as many members are not as at first.
private func makeMembers(
    _ count: Int, version: Int = 0, of project: Project, in world: World
) throws {
    let maker = MemberMaker(cache: project.cache, count: count, newCount: version * 10)
    let made = try world.run(world.ownProgram, maker.words)
    let words = made.split { $0 == " " || $0 == "\n" }.map(String.init)
    guard words.count == 2, let oid = ObjectID(words[0]), let size = Int(words[1]) else {
        throw WrongUse(summary: "the members were not made: \(made)")
    }
    try project.track("data", oid, size: size)
}

/// A directory of so many members whose cache and remote are both whole.
private func manyMembers(_ count: Int, in world: World) throws -> [WorkResult] {
    let project = try Project("members-\(count)", in: world)
    let title = "\(count) members"
    func useVersion(_ version: Int) throws {
        try makeMembers(count, version: version, of: project, in: world)
    }
    try useVersion(0)
    let remote = project.storage("first")
    try project.use(remote)
    try createDirectories(remote)
    try world.run("cp", "-al", "\(project.objects)", "\(remote)/files")
    try project.commit("Add data")

    let slowRounds = 1
    let rounds = world.rounds(5, quick: 2)
    func contender(_ name: String, rounds: Int, _ words: [String]) throws -> Contender {
        let invocation = try world.invocation(words[0], Array(words.dropFirst()), in: project.path)
        return Contender(name: name, rounds: rounds) { _ in [invocation] }
    }
    let push = try [
        contender("git dvc push", rounds: rounds, ["git", "dvc", "push"]),
        contender("dvc push", rounds: slowRounds, ["dvc", "push"]),
    ]
    // Each writes down what it finds.
    for contender in push { _ = try world.run(contender.programs(0)) }
    var results = [
        try Work(
            title: "status -c, \(title), all in cache and on the remote",
            bars: [.atMost(2, timesSlowestOf: ["find"]), .peakAtMostMiB(300)],
            contenders: [
                contender("git dvc status -c", rounds: rounds, ["git", "dvc", "status", "-c"]),
                // Prints nothing and looks at nothing but names.
                contender("find", rounds: rounds, ["find", "\(remote)", "-name", "none"]),
                contender("dvc status -c", rounds: slowRounds, ["dvc", "status", "-c"]),
            ]
        ).measure(in: world),
        try Work(
            title: "push, \(title), nothing new",
            bars: [.atMostMilliseconds(150), .peakAtMostMiB(300)], contenders: push
        ).measure(in: world),
    ]
    var version = 0
    results.append(
        try Work(
            title: "push, \(title), 10 new ones",
            bars: [.atMostMilliseconds(1500), .peakAtMostMiB(300)],
            prepare: { _ in
                version += 1
                try useVersion(version)
            },
            contenders: push.map { contender in
                // Whoever comes second must find as much to do as the first.
                var contender = contender
                contender.prepare = { _ in
                    version += 1
                    try useVersion(version)
                }
                return contender
            }
        ).measure(in: world))
    try world.run("rm", "-rf", "\(project.path.parent)")
    return results
}
