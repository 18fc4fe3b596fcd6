import Basics
import TestSupport

let sshFirstPushCase = BenchCase(
    name: "ssh-first-push", summary: "first push of 10 000 files of 4 KiB over loopback ssh"
) { world in
    let bench = try SSHBench("ssh-first", in: world)
    defer { bench.remove() }
    return [
        try bench.firstPush(bars: [
            .atMost(1.3, timesSlowestOf: ["tar | ssh"]), .faster(20, than: "dvc push"),
            .peakAtMostMiB(32),
        ]).measure(in: world)
    ]
}

let sshNothingNewCase = BenchCase(
    name: "ssh-nothing-new", summary: "push over ssh of 10 000 files that are all there"
) { world in
    let bench = try SSHBench("ssh-nothing", in: world)
    defer { bench.remove() }
    return [
        try bench.pushAgain("nothing new", bars: [.faster(10, than: "dvc push")])
            .measure(in: world)
    ]
}

let sshTenChangedCase = BenchCase(
    name: "ssh-ten-changed", summary: "push over ssh after 10 of 10 000 files changed"
) { world in
    let bench = try SSHBench("ssh-changed", in: world)
    defer { bench.remove() }
    var version = 0
    return [
        try bench.pushAgain("10 changed", bars: [.faster(10, than: "dvc push")]) {
            version += 1
            try bench.project.addTenThousandFiles(version: version)
            try bench.project.commit("Change data")
        }.measure(in: world)
    ]
}

let sshLargeCase = BenchCase(
    name: "ssh-large", summary: "push of 2 x 1 GiB over loopback ssh", runsOnlyByName: true
) { world in
    let mebibytes = world.isQuick ? 256 : 1024
    let bench = try SSHBench("ssh-large", in: world) { project in
        _ = try addLargeFile("one.bin", mebibytes: mebibytes, to: project)
        _ = try addLargeFile("two.bin", mebibytes: mebibytes, to: project)
    }
    defer { bench.remove() }
    return [
        try bench.firstPush(
            bars: [
                .atMost(1, timesSlowestOf: ["rclone copy"]),
                .atMost(1, timesSlowestOf: ["rclone copy, checking"]), .peakAtMostMiB(32),
            ], withChecks: true
        ).measure(in: world)
    ]
}

/// A project, and a real server that keeps its files in memory.
private struct SSHBench {
    let world: World
    let project: Project
    let server: SSHServer

    init(
        _ name: String, in world: World,
        _ fill: (Project) throws -> Void = { try $0.addTenThousandFiles(version: 0) }
    ) throws {
        self.world = world
        project = try Project(name, in: world)
        try fill(project)
        try project.commit("Add data")
        server = try SSHServer()
        // ssh takes the user's home directory from the system, and not from HOME.
        let options = server.options.map { "'\($0)'" }.joined(separator: " ")
        try world.run(
            "git", "config", "core.sshCommand", "ssh \(options)", in: project.path)
    }

    /// Only to save memory: the world goes away as a whole.
    func remove() { _ = try? world.run("rm", "-rf", "\(project.path.parent)") }

    private func folder(_ name: String) -> FilePath { server.root.appending(name) }

    /// Makes a folder on the server the data remote, for ours and for DVC.
    private func use(_ name: String) throws {
        let text = """
            ['remote "storage"']
                url = ssh://127.0.0.1:\(server.port)\(folder(name))
                keyfile = \(server.userKey)

            """
        try world.write(text, to: project.path.appending(".dvc/config.local"))
        try createDirectories(server.root)
    }

    private func empty(_ name: String) throws { try world.run("rm", "-rf", "\(folder(name))") }

    private func ours() throws -> Invocation {
        try world.invocation("git", ["dvc", "push"], in: project.path)
    }

    private func dvc() throws -> Invocation {
        try world.invocation("dvc", ["push"], in: project.path)
    }

    /// A copy to a folder of the server.
    ///
    /// `checks`: it has the server's shell hash each file after it was sent, as it does when nobody says
    /// otherwise; whoever's shell that is may have a slow start. Ours hashes what it sends.
    private func rclone(_ name: String, checks: Bool = false) throws -> Invocation {
        let place =
            ":sftp,host=127.0.0.1,port=\(server.port),key_file='\(server.userKey)',"
            + "known_hosts_file='\(server.knownHosts)',"
            + "shell_type=\(checks ? "unix" : "none"):\(folder(name))/files"
        return try world.invocation(
            "rclone", ["--config", "", "copy", "\(project.objects)", place], in: project.path)
    }

    private func scp(_ name: String) throws -> Invocation {
        try world.invocation(
            "scp",
            ["-q", "-r"] + server.options + [
                "-P", "\(server.port)", "\(project.objects)", "127.0.0.1:\(folder(name))",
            ])
    }

    /// What one stream without any questions takes: the least that ssh costs.
    private func tar(_ name: String) throws -> Invocation {
        let options = server.options.map { "'\($0)'" }.joined(separator: " ")
        let line =
            "tar -C '\(project.objects)' -cf - . | ssh \(options) -p \(server.port) 127.0.0.1 "
            + "\"mkdir -p '\(folder(name))' && tar -C '\(folder(name))' -xf -\""
        return try world.invocation("sh", ["-c", line])
    }

    /// Every round goes to a folder of its own.
    func firstPush(bars: [Bar], withChecks: Bool = false) throws -> Work {
        func contender(
            _ name: String, rounds: Int, _ invocation: @escaping (String) throws -> Invocation
        ) -> Contender {
            func place(_ round: Int) -> String { "\(name.filter(\.isLetter))-\(round)" }
            return Contender(
                name: name, rounds: rounds, prepare: { try use(place($0)) },
                programs: { [try invocation(place($0))] }, cleanUp: { try empty(place($0)) })
        }
        let rounds = world.rounds(5, quick: 2)
        let few = world.rounds(3, quick: 1)
        var contenders = [
            contender("git dvc push", rounds: rounds) { _ in try ours() },
            contender("tar | ssh", rounds: rounds) { try tar($0) },
            contender("scp -r", rounds: few) {
                try createDirectories(folder($0))
                return try scp($0)
            },
            contender("rclone copy", rounds: few) { try rclone($0) },
            contender("dvc push", rounds: few) { _ in try dvc() },
        ]
        if withChecks {
            contenders.append(
                contender("rclone copy, checking", rounds: few) { try rclone($0, checks: true) })
        }
        return Work(title: "first push over ssh", bars: bars, contenders: contenders)
    }

    /// Everybody pushes again to where they pushed before.
    func pushAgain(
        _ title: String, bars: [Bar], prepare: @escaping () throws -> Void = {}
    ) throws -> Work {
        let contenders: [(String, (String) throws -> Invocation)] = [
            ("git dvc push", { _ in try ours() }), ("rclone copy", { try rclone($0) }),
            ("dvc push", { _ in try dvc() }),
        ]
        return Work(
            title: "push over ssh, \(title)", bars: bars + [.peakAtMostMiB(32)],
            prepare: { _ in try prepare() },
            contenders: try contenders.map { name, invocation in
                let place = "again-\(name.filter(\.isLetter))"
                try use(place)
                _ = try world.run([invocation(place)])
                return Contender(
                    name: name, rounds: world.rounds(5, quick: 2),
                    prepare: { _ in try use(place) },
                    programs: { _ in [try invocation(place)] })
            })
    }
}
