import Basics

let experimentsCase = BenchCase(
    name: "experiments", summary: "exp push, list and pull of 1 and 50 experiments, data there"
) { world in
    let bench = try ExperimentBench(world)
    var results = [
        try bench.push(1, more: 20), try bench.push(50, more: 20),
        try bench.list("all of 50", ["--all-commits"], more: 8), try bench.pull(50, more: 25),
    ]
    try bench.addOthers(20_000)
    let place = " beside 20 000 others"
    results += [
        try bench.push(1, place), try bench.pull(1, place), try bench.pull(1, place, isNew: true),
        try bench.list("those of HEAD, of 20 000", []),
    ]
    return results
}

/// A published project with 50 experiments of one commit, and a clone of it.
private struct ExperimentBench {
    private let world: World
    private let project: Project
    private let bare: FilePath
    private let clone: FilePath
    /// What the refs of the experiments begin with.
    private let prefix: String
    private let git = "plain git"

    init(_ world: World) throws {
        self.world = world
        project = try Project("experiments", in: world)
        bare = world.path("experiments/bare.git")
        clone = world.path("experiments/clone")
        try project.use(world.path("experiments/storage"))
        try project.addSmallFile()
        try project.commit("Add data")
        let head = try world.run("git", "rev-parse", "HEAD", in: project.path).prefix { $0 != "\n" }
        prefix = "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))"
        let script = """
            git init --quiet --bare --initial-branch=main '\(bare)'
            git remote add origin '\(bare)' && git push --quiet origin HEAD:main
            for i in $(seq 50); do
                commit=$(git commit-tree -p HEAD -m "$i" 'HEAD^{tree}') &&
                git update-ref \(prefix)/e$i "$commit" || exit 1
            done
            git dvc push --quiet && git clone --quiet '\(bare)' '\(clone)' &&
            cp .dvc/config.local '\(clone)/.dvc/config.local' && git dvc exp push --quiet origin &&
            cd '\(clone)' && git dvc exp pull --quiet origin
            """
        try world.run("sh", "-c", script, in: project.path)
    }

    /// Gives the Git remote so many experiments of other baselines.
    func addOthers(_ count: Int) throws {
        let script = """
            head=$(git rev-parse main)
            awk -v head="$head" 'BEGIN { for (i = 0; i < \(count); i++)
                printf "create refs/exps/%02x/%038x/x%d %s\\n", i % 256, i, i, head }' |
            git update-ref --stdin && git pack-refs --all
            """
        try world.run("sh", "-c", script, in: bare)
    }

    // MARK: Work

    /// `more`: milliseconds over plain git that are allowed; without it, the bar is a ratio, as everywhere
    /// here.
    func push(_ count: Int, _ place: String = "", more: Double? = nil) throws -> WorkResult {
        let names = count == 1 ? ["e7"] : []
        let refspec = count == 1 ? "\(prefix)/e7" : "\(prefix)/*:\(prefix)/*"
        return try measure(
            "exp push of \(count)\(place)", ["push", "origin"] + names,
            ["push", "--quiet", "origin", refspec], more, in: project.path
        ) { try forget(count, in: bare) }
    }

    /// `isNew`: also the commits are not here, and not the refs alone.
    func pull(
        _ count: Int, _ place: String = "", more: Double? = nil, isNew: Bool = false
    ) throws -> WorkResult {
        let names = count == 1 ? ["e7"] : []
        let refspec = count == 1 ? "\(prefix)/e7:\(prefix)/e7" : "\(prefix)/*:\(prefix)/*"
        return try measure(
            "exp pull of \(count)\(isNew ? " that is new" : "")\(place)",
            ["pull", "origin"] + names, ["fetch", "--quiet", "origin", refspec], more, in: clone
        ) {
            try forget(count, in: clone)
            if isNew { try world.run("git", "prune", "--expire=now", in: clone) }
        }
    }

    func list(_ what: String, _ options: [String], more: Double? = nil) throws -> WorkResult {
        let pattern = options.isEmpty ? "\(prefix)/*" : "refs/exps/*"
        return try measure(
            "exp list origin, \(what)", ["list", "origin"] + options,
            ["ls-remote", "--quiet", "origin", pattern], more, in: project.path
        ) {}
    }

    private func forget(_ count: Int, in repository: FilePath) throws {
        let refs = count == 1 ? "\(prefix)/e7" : prefix
        try world.run(
            "sh", "-c",
            "git for-each-ref --format='delete %(refname)' \(refs) | git update-ref --stdin",
            in: repository)
    }

    private func measure(
        _ title: String, _ words: [String], _ plain: [String], _ more: Double?,
        in directory: FilePath, _ prepare: @escaping () throws -> Void
    ) throws -> WorkResult {
        func contender(
            _ name: String, _ program: String, _ arguments: [String], rounds: Int
        ) -> Contender {
            Contender(
                name: name, rounds: rounds, prepare: { _ in try prepare() },
                programs: { _ in [try world.invocation(program, arguments, in: directory)] })
        }
        let many = world.rounds(15, quick: 5)
        return try Work(
            title: title,
            bars: [
                more.map { .atMostMore(milliseconds: $0, than: git) }
                    ?? .atMost(1.3, timesSlowestOf: [git])
            ],
            contenders: [
                contender("git dvc exp", "git-dvc", ["exp"] + words, rounds: many),
                contender(git, "git", plain, rounds: many),
                contender("dvc exp", "dvc", ["exp"] + words, rounds: world.rounds(3, quick: 1)),
            ]
        ).measure(in: world)
    }
}
