import Basics

let statusCase = BenchCase(
    name: "status", summary: "status of a directory of 10 000 files that has not changed"
) { world in
    let project = try Project("status", in: world)
    try project.addTenThousandFiles(version: 0)
    try project.commit("Add data")
    // What both remember of the files is made by the first run.
    for program in [["git", "dvc", "status"], ["dvc", "status"]] {
        _ = try world.run([
            world.invocation(program[0], Array(program.dropFirst()), in: project.path)
        ])
    }
    let work = Work(
        title: "status of a directory of 10 000 files, nothing changed",
        bars: [.faster(10, than: "dvc status")],
        contenders: [
            Contender(name: "git dvc status", rounds: world.rounds(15, quick: 5)) { _ in
                [try world.invocation("git", ["dvc", "status"], in: project.path)]
            },
            Contender(name: "dvc status", rounds: world.rounds(5, quick: 2)) { _ in
                [try world.invocation("dvc", ["status"], in: project.path)]
            },
            Contender(name: "find, a stat of each file", rounds: world.rounds(15, quick: 5)) { _ in
                [
                    try world.invocation(
                        "find", [".", "-type", "f", "-size", "+1000000c"], in: project.path)
                ]
            },
        ])
    let result = try work.measure(in: world)
    try world.run("rm", "-rf", "\(project.path.parent)")
    return [result]
}
