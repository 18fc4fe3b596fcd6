import Basics

let gitCheckoutCase = BenchCase(
    name: "git-checkout", summary: "git checkout and git commit with hooks, 10 000 tracked files"
) { world in
    let projects = try [Hook.ours, .none, .dvc].map { hook in
        (hook, try checkoutProject(hook, in: world))
    }
    func contenders(_ command: String, _ words: @escaping (Int) -> [String]) -> [Contender] {
        projects.map { hook, project in
            let name =
                switch hook {
                case .ours: "\(command), our hooks"
                case .dvc: "\(command), DVC's hooks"
                case .none, .lfs: "\(command), no hook"
                }
            let rounds = hook == .dvc ? world.rounds(4, quick: 2) : world.rounds(20, quick: 4)
            return Contender(name: name, rounds: rounds) { round in
                [try world.invocation("git", words(round), in: project.path)]
            }
        }
    }
    let results = try [
        Work(
            title: "git checkout of a branch with the same data, 10 000 files",
            bars: [.atMostMore(milliseconds: 8, than: "git checkout, no hook")],
            contenders: contenders("git checkout") { round in
                ["checkout", "--quiet", round % 2 == 0 ? "code" : "main"]
            }
        ).measure(in: world),
        Work(
            title: "git commit of code, 10 000 tracked files",
            bars: [.atMostMore(milliseconds: 25, than: "git commit, no hook")],
            contenders: contenders("git commit") { round in
                ["commit", "--quiet", "--allow-empty", "--message", "\(round)"]
            }
        ).measure(in: world),
        Work(
            title: "git checkout of a branch with 10 of 10 000 files changed",
            bars: [.atMostMore(milliseconds: 25, than: "git checkout, no hook")],
            contenders: contenders("git checkout") { round in
                ["checkout", "--quiet", round % 2 == 0 ? "changed" : "main"]
            }
        ).measure(in: world),
    ]
    for (_, project) in projects { try world.run("rm", "-rf", "\(project.path.parent)") }
    return results
}

/// A project that stands on `main`, with the branches `code` (the same data) and `changed` (ten files
/// differ), and the hooks of one kind, which have run once.
private func checkoutProject(_ hook: Hook, in world: World) throws -> Project {
    let project = try Project("checkout-\(hook.rawValue)", in: world)
    func git(_ words: String...) throws { _ = try world.run("git", words, in: project.path) }
    try project.addTenThousandFiles(version: 1)
    try project.commit("Add other data")
    try git("branch", "changed")
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    try git("checkout", "--quiet", "-b", "code")
    try world.write("print(1)\n", to: project.path.appending("code.py"))
    try project.commit("Change code")
    switch hook {
    case .ours: try git("dvc", "install", "--quiet")
    case .dvc: _ = try world.run("dvc", ["install", "--quiet"], in: project.path)
    case .none, .lfs: break
    }
    for branch in ["main", "changed", "main"] { try git("checkout", "--quiet", branch) }
    return project
}
