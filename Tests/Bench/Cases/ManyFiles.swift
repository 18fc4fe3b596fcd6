import Basics

let firstPushCase = BenchCase(
    name: "first-push-10k", summary: "first push of 10 000 files of 4 KiB to a directory"
) { world in
    let project = try Project("first", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    try project.installHooks()
    defer { removeProject(project) }
    return [
        try firstPush(project).measure(in: world), try firstGitPush(project).measure(in: world),
    ]
}

let nothingNewCase = BenchCase(
    name: "nothing-new", summary: "push with nothing new, a directory of 10 000 files"
) { world in
    let project = try Project("nothing", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    try project.installHooks()
    defer { removeProject(project) }
    return try pushesAgain(
        project, "nothing new", factor: 25,
        metafile: { round in
            try project.touchMetafile("data.dvc", round: round)
        })
}

let tenChangedCase = BenchCase(
    name: "ten-changed", summary: "push after 10 of 10 000 files changed"
) { world in
    let project = try Project("changed", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    try project.installHooks()
    defer { removeProject(project) }
    var version = 0
    return try pushesAgain(
        project, "10 changed", factor: 20,
        metafile: { _ in
            version += 1
            try project.addTenThousandFiles(version: version)
        })
}

private func removeProject(_ project: Project) {
    // Only to save memory: the world goes away as a whole.
    _ = try? project.world.run("rm", "-rf", "\(project.path.parent)")
}

// MARK: First push

/// Every round goes to a directory of its own, which nobody's records know.
private func firstPush(_ project: Project) -> Work {
    let world = project.world
    func storage(_ name: String, _ round: Int) -> FilePath {
        project.storage("\(name.filter { $0 != " " })-\(round)")
    }
    func contender(
        _ name: String, rounds: Int, _ program: String,
        _ arguments: @escaping (FilePath) -> [String]
    ) -> Contender {
        Contender(
            name: name, rounds: rounds,
            prepare: { round in
                try createDirectories(storage(name, round))
                try project.use(storage(name, round))
            },
            programs: { round in
                [
                    try world.invocation(
                        program, arguments(storage(name, round)), in: project.path)
                ]
            },
            cleanUp: { round in try world.run("rm", "-rf", "\(storage(name, round))") })
    }
    let rounds = world.rounds(5, quick: 2)
    var contenders = [
        contender("git dvc push", rounds: rounds, "git") { _ in ["dvc", "push"] },
        contender("cp -r", rounds: rounds, "cp") { ["-r", "\(project.objects)", "\($0)/files"] },
        contender("dvc push", rounds: world.rounds(3, quick: 1), "dvc") { _ in ["push"] },
    ]
    if world.has("rclone") {
        contenders.append(
            contender("rclone copy", rounds: world.rounds(3, quick: 1), "rclone") {
                ["copy", "\(project.objects)", "\($0)/files"]
            })
    }
    return Work(
        title: "first push of 10 000 files of 4 KiB",
        bars: [.atMost(1.6, timesSlowestOf: ["cp -r"]), .faster(5, than: "dvc push")],
        contenders: contenders)
}

/// The same from `git push`, into Git and data remotes that are both new; for information.
private func firstGitPush(_ project: Project) throws -> Work {
    let world = project.world
    func contender(_ name: String, _ hook: Hook, rounds: Int) -> Contender {
        Contender(
            name: name, rounds: rounds,
            prepare: { round in
                try project.makeGitRemote(for: hook)
                try project.use(project.storage("\(hook.rawValue)-git-\(round)"))
            },
            programs: { _ in [try project.push(with: hook)] },
            cleanUp: { round in
                try world.run("rm", "-rf", "\(project.storage("\(hook.rawValue)-git-\(round)"))")
            })
    }
    return Work(
        title: "the same by git push",
        contenders: [
            contender("git push, our hook", .ours, rounds: world.rounds(5, quick: 2)),
            contender("git push, DVC's hook", .dvc, rounds: world.rounds(3, quick: 1)),
            contender("git push, no hook", .none, rounds: world.rounds(5, quick: 2)),
        ])
}

// MARK: Later pushes

/// Pushes to remotes that have the first version: by command, and by `git push`.
///
/// `metafile` makes the commit that a round pushes.
private func pushesAgain(
    _ project: Project, _ title: String, factor: Double,
    metafile: @escaping (_ round: Int) throws -> Void
) throws -> [WorkResult] {
    let world = project.world
    let commands: [(name: String, program: String, arguments: [String])] = [
        ("git dvc push", "git", ["dvc", "push"]),
        ("dvc push", "dvc", ["push"]),
        (
            "rclone copy", "rclone",
            ["copy", "\(project.objects)", "\(project.storage("rclonecopy"))/files"]
        ),
    ]
    func prepareStorage(_ name: String) throws {
        try project.use(project.storage(name.filter { $0 != " " }))
    }
    let rounds = world.rounds(10, quick: 3)
    let slowRounds = world.rounds(5, quick: 2)
    let byCommand = try commands.filter { world.has($0.program) }.map { command in
        let invocation = try world.invocation(command.program, command.arguments, in: project.path)
        try prepareStorage(command.name)
        _ = try world.run([invocation])
        return Contender(
            name: command.name, rounds: command.program == "git" ? rounds : slowRounds,
            prepare: { _ in try prepareStorage(command.name) }, programs: { _ in [invocation] })
    }
    let hooks: [(name: String, hook: Hook)] = [
        ("git push, our hook", .ours), ("git push, DVC's hook", .dvc), ("git push, no hook", .none),
    ]
    let byGit = try hooks.map { name, hook in
        try project.makeGitRemote(for: hook)
        try prepareStorage("git-\(hook.rawValue)")
        _ = try world.run([project.push(with: hook)])
        return Contender(
            name: name, rounds: hook == .dvc ? slowRounds : rounds,
            prepare: { _ in try prepareStorage("git-\(hook.rawValue)") },
            programs: { _ in [try project.push(with: hook)] })
    }
    func change(_ round: Int) throws {
        try metafile(round)
        try project.commit("Change data")
    }
    // Nothing new for a command is nothing at all; for `git push` it is a commit without new data.
    return try [
        Work(
            title: "push of 10 000 files, \(title)", bars: [.faster(factor, than: "dvc push")],
            prepare: change, contenders: byCommand
        ).measure(in: world),
        Work(
            // No bar: what git itself does takes most of the time that one would leave.
            title: "the same by git push, \(title)", prepare: change, contenders: byGit
        ).measure(in: world),
    ]
}
