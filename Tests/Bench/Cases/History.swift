import Basics
import Digests
import TestSupport

let historyCase = BenchCase(
    name: "history", summary: "push of all commits, branches and tags of a history"
) { world in
    let project = try Project("history", in: world)
    try addDataHistory(to: project)
    let storages = (ours: project.storage("ours"), dvc: project.storage("dvc"))
    func contender(
        _ name: String, _ program: String, _ storage: FilePath, _ options: String, rounds: Int,
        isFirst: Bool
    ) throws -> Contender {
        var contender = Contender(name: name, rounds: rounds) { _ in
            [try world.invocation(program, ["push", options], in: project.path)]
        }
        contender.prepare = { _ in
            try project.use(storage)
            if isFirst { try world.run("rm", "-rf", "\(storage)") }
        }
        return contender
    }
    func work(_ title: String, _ options: String, isFirst: Bool, bars: [Bar]) throws -> Work {
        Work(
            title: "\(title): push \(options), 249 commits, 710 metafiles", bars: bars,
            contenders: [
                try contender(
                    "git dvc push \(options)", "git-dvc", storages.ours, options,
                    rounds: isFirst ? 1 : world.rounds(15, quick: 3), isFirst: isFirst),
                try contender(
                    "dvc push \(options)", "dvc", storages.dvc, options, rounds: 1,
                    isFirst: isFirst),
            ])
    }
    return [
        try work("first", "-A", isFirst: true, bars: [.faster(200, than: "dvc push -A")])
            .measure(in: world),
        try work(
            "nothing new", "-A", isFirst: false,
            bars: [.atMostMilliseconds(145), .faster(200, than: "dvc push -A")]
        ).measure(in: world),
        try work("nothing new", "-aT", isFirst: false, bars: [.atMostMilliseconds(44)])
            .measure(in: world),
        try verification(of: project, at: storages.ours).measure(in: world),
    ]
}

/// DVC has nothing like it; the existence checks alone are a look at each object of the remote.
private func verification(of project: Project, at storage: FilePath) throws -> Work {
    let world = project.world
    let rounds = world.rounds(15, quick: 3)
    return Work(
        title: "verify --all, 249 commits", bars: [.atMostMilliseconds(300)],
        contenders: [
            Contender(
                name: "git dvc verify --all", rounds: rounds,
                prepare: { _ in try project.use(storage) },
                programs: { _ in
                    [try world.invocation("git-dvc", ["verify", "--all"], in: project.path)]
                }),
            Contender(name: "find, a stat of each object", rounds: rounds) { _ in
                [
                    try world.invocation(
                        "find", ["\(storage)", "-type", "f", "-size", "+1000000c"])
                ]
            },
        ])
}

/// A history in which every commit changes some of 150 metafiles, with branches and tags.
private func addDataHistory(to project: Project) throws {
    var stream = ""
    var seed: UInt64 = 1
    var count = 0
    func data(_ text: String) -> String { "data \(text.utf8.count)\n\(text)\n" }
    for commit in 0..<249 {
        stream += "commit refs/heads/main\n"
        stream += "committer b <b@example.org> \(1_600_000_000 + commit * 1000) +0000\n"
        stream += data("change \(commit)")
        let changes =
            commit == 0
            ? Array(0..<60)
            : (0..<3).map { _ in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(seed >> 33) % 150
            }
        for file in Set(changes).sorted() where count < 710 {
            count += 1
            let content = Array("content \(count)\n".utf8)
            let oid = objectID(of: content)
            let place = oid.storagePath(below: project.cache)
            try createDirectories(place.parent)
            try writeFile(place, content)
            let metafile = "outs:\n- md5: \(oid)\n  size: \(content.count)\n  hash: md5\n"
            stream += "M 100644 inline d\(file % 12)/s\(file % 3)/f\(file).dvc\n"
            stream += data(metafile + "  path: f\(file)\n")
        }
        stream += "M 100644 inline src/m\(commit % 20)/x.py\n" + data("print(\(commit))")
        if commit % 12 == 5 { stream += "reset refs/tags/v\(commit)\nfrom refs/heads/main\n" }
        if commit % 40 == 7 { stream += "reset refs/heads/b\(commit)\nfrom refs/heads/main\n" }
    }
    let file = project.path.appending(".git/stream")
    try project.world.write(stream, to: file)
    try project.world.run(
        "sh", "-c", "git fast-import --quiet <'\(file)' && git reset --quiet --mixed main",
        in: project.path)
    try project.world.run("git", "checkout", "--quiet", "--", "d0", "src", in: project.path)
}
