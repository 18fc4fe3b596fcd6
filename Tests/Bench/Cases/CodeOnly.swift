import Basics

let codeOnlyCase = BenchCase(
    name: "code-only", summary: "git push of a code-only commit, with and without hooks"
) { world in
    try [
        codeOnlyWork(world, "a repository with one small tracked file") { project in
            try project.addSmallFile()
        },
        codeOnlyWork(world, "a repository with a directory of 10 000 files") { project in
            try project.addTenThousandFiles(version: 0)
        },
        codeOnlyWork(world, "a repository with 5 000 commits") { project in
            try addHistory(of: 5000, to: project)
            try project.addSmallFile()
        },
    ]
}

/// Every push has one new commit, which changes one file that DVC does not know.
private func codeOnlyWork(
    _ world: World, _ title: String, _ fill: (Project) throws -> Void
) throws -> WorkResult {
    let project = try Project("code-\(title.filter { $0 != " " })", in: world)
    try fill(project)
    try project.commit("Add data")
    try project.installHooks()
    let hooks = Hook.allCases.filter { $0 != .lfs || world.has("git-lfs") }
    for hook in hooks {
        try project.makeGitRemote(for: hook)
        _ = try world.run([project.push(with: hook)])
    }
    func contender(_ name: String, _ hook: Hook, rounds: Int) -> Contender {
        Contender(name: name, rounds: rounds) { _ in [try project.push(with: hook)] }
    }
    let many = world.rounds(25, quick: 5)
    var contenders = [
        contender("git push, our hook", .ours, rounds: many),
        contender("git push, no hook", .none, rounds: many),
        contender("git push, DVC's hook", .dvc, rounds: world.rounds(4, quick: 2)),
    ]
    if hooks.contains(.lfs) {
        contenders.append(contender("git push, git-lfs's hook", .lfs, rounds: many))
    }
    let work = Work(
        title: "push of a code-only commit, \(title)",
        bars: [.atMost(1.65, timesSlowestOf: ["git push, no hook"])],
        prepare: { round in
            try world.write("print(\(round))\n", to: project.path.appending("code.py"))
            try project.commit("Change code")
        },
        contenders: contenders)
    let result = try work.measure(in: world)
    try world.run("rm", "-rf", "\(project.path.parent)")
    return result
}

/// Gives an empty repository so many commits on `main`, each of which changes a file.
private func addHistory(of count: Int, to project: Project) throws {
    let stream = project.path.appending(".git/stream")
    var text = ""
    for number in 1...count {
        let content = "line \(number)\n"
        text += """
            commit refs/heads/main
            committer Bench <bench@example.org> \(1_700_000_000 + number) +0000
            data 3
            ...
            M 100644 inline source/file-\(number % 100).py
            data \(content.utf8.count)
            \(content)

            """
    }
    try project.world.write(text, to: stream)
    let script =
        "git fast-import --quiet <.git/stream && git reset --quiet && git checkout -- source"
    try project.world.run("sh", "-c", script, in: project.path)
    try removeFile(stream)
}
