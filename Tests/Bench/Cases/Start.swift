import Basics

let startCase = BenchCase(
    name: "start", summary: "start of dvc-hooks with nothing to do"
) { world in
    let rounds = world.rounds(300, quick: 100)
    func contender(_ program: String, _ arguments: [String]) throws -> Contender {
        let invocation = try world.invocation(program, arguments)
        return Contender(name: program, rounds: rounds) { _ in [invocation] }
    }
    let work = Work(
        title: "start of dvc-hooks, no refs on its input",
        bars: [.atMostMilliseconds(3)],
        contenders: [
            try contender("dvc-hooks", ["pre-push", "origin", "url"]),
            try contender("git", ["--version"]), try contender("git-dvc", ["--version"]),
            try contender("true", []),
        ])
    return [try work.measure(in: world)]
}
