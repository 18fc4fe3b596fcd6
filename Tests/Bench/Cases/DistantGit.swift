import Basics

let distantGitCase = BenchCase(
    name: "distant-git",
    summary: "git push with an experiment over ssh of 200 ms a connection, and git fetch"
) { world in
    let bench = try DistantGitBench(world)
    return [try bench.push(), try bench.pushNothing(), try bench.fetch()]
}

/// A project whose Git remote is behind an ssh that takes 200 ms for each connection, and notes it.
private struct DistantGitBench {
    private let world: World
    private let project: Project
    private let log: FilePath
    private let ssh: FilePath
    private let plain = "plain git"

    init(_ world: World) throws {
        self.world = world
        project = try Project("distant", in: world)
        log = world.path("distant/connections")
        ssh = world.path("distant/ssh")
        try project.use(world.path("distant/storage"))
        try project.addSmallFile()
        try project.commit("Add data")
        try world.write(
            "#!/bin/sh\necho connection >>'\(log)'\nsleep 0.2\nshift; exec sh -c \"$*\"\n", to: ssh)
        // Each pushes its own branch to its own remote: ours by the helper, Git by itself.
        let script = """
            chmod +x '\(ssh)'
            git config core.sshCommand '\(ssh)' && git config ssh.variant simple
            for name in ours plain; do
                git init --quiet --bare "../$name.git" &&
                git remote add "$name" "ssh://host$(cd .. && pwd)/$name.git" || exit 1
            done
            git dvc push --quiet && git dvc install && git config dvc.pushExps follow
            git push --quiet ours main && git -c core.hooksPath=/dev/null push --quiet plain main
            """
        try world.run("sh", "-c", script, in: project.path)
    }

    /// One commit, and an experiment made from it.
    private func addCommit(_ round: Int) throws {
        let script = """
            git commit --quiet --allow-empty --message 'round \(round)' &&
            git rev-parse HEAD | sed 's|..|refs/exps/&/|; s|$|/e|' >.git/newest &&
            git update-ref "$(cat .git/newest)" "$(git commit-tree -p HEAD -m e 'HEAD^{tree}')"
            """
        try world.run("sh", "-c", script, in: project.path)
    }

    private func ours() throws -> Invocation {
        try world.invocation("git", ["push", "--quiet", "ours", "main"], in: project.path)
    }

    /// Without anything of ours: the address is not led to the helper, and no hook runs.
    private func native(_ command: String) throws -> Invocation {
        let settings =
            "-c core.hooksPath=/dev/null -c url.ssh://host/.pushInsteadOf=ssh://host/"
        return try world.invocation(
            "sh", ["-c", command.replacing("git ", with: "git \(settings) ")], in: project.path)
    }

    private func connections(_ body: () throws -> Void) throws -> RequestCount {
        try removeFile(log)
        try body()
        let lines = try readFileIfPresent(log)?.split(separator: UInt8(ascii: "\n")) ?? []
        return RequestCount(byMethod: ["connections": lines.count])
    }

    private func contender(
        _ name: String, _ invocation: @escaping () throws -> Invocation
    ) -> Contender {
        Contender(
            name: name, rounds: world.rounds(9, quick: 3), programs: { _ in [try invocation()] })
    }

    func push() throws -> WorkResult {
        let twice = """
            git push --quiet plain main && git push --quiet plain "$(cat .git/newest)"
            """
        let pushes = "\(plain), 2 pushes"
        return try Work(
            title: "push of 1 commit and 1 experiment, 200 ms a connection",
            bars: [.atMostMilliseconds(450), .requestsAtMost(2)], prepare: addCommit,
            contenders: [
                contender("git push, helper", ours),
                contender(pushes) {
                    try native(twice)
                },
            ],
            countRequests: {
                try addCommit(1000)
                return ["git push, helper": try connections { _ = try world.run([ours()]) }]
            }
        ).measure(in: world)
    }

    func pushNothing() throws -> WorkResult {
        try Work(
            title: "push with nothing to do, 200 ms a connection",
            bars: [.requestsAtMost(1)],
            contenders: [
                contender("git push, helper", ours),
                contender(plain) { try native("git push --quiet plain main") },
            ],
            countRequests: {
                ["git push, helper": try connections { _ = try world.run([ours()]) }]
            }
        ).measure(in: world)
    }

    /// With the tracking refspec, and through the helper (`vcs = dvc`), from a directory.
    func fetch() throws -> WorkResult {
        let url = world.path("distant/ours.git")
        let script = """
            git remote add tracking '\(url)' && git remote add full '\(url)' &&
            git remote add bare '\(url)' &&
            for name in tracking full; do
                git config --add remote.$name.fetch "+refs/exps/*:refs/dvc/$name/exps/*"
            done
            git config remote.full.vcs dvc
            for name in tracking full bare; do git fetch --quiet $name || exit 1; done
            """
        try world.run("sh", "-c", script, in: project.path)
        func fetch(_ name: String) -> () throws -> Invocation {
            { try world.invocation("git", ["fetch", "--quiet", name], in: project.path) }
        }
        return try Work(
            title: "git fetch through the helper, nothing new",
            bars: [.atMostMore(milliseconds: 8, than: plain)],
            contenders: [
                contender("helper", fetch("full")),
                contender("tracking refspec", fetch("tracking")),
                contender(plain, fetch("bare")),
            ]
        ).measure(in: world)
    }
}
