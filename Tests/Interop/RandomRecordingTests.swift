import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Files with random names in random places, added, changed, committed and removed by both.
///
/// `RANDOM_ROUNDS` in the environment asks for more of them, `RANDOM_SEED` for others.
@Suite struct RandomRecordingTests {
    @Test(arguments: RandomRepositoryTests.seeds)
    func `random files are recorded as DVC records them`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 1000)
        let twins = try TwinRepositories()
        let types = ["", "copy", "hardlink", "symlink", "hardlink,symlink"]
        let type = types[Int(seed % UInt64(types.count))]
        if !type.isEmpty { try twins.configure("cache.type", type) }
        var targets: [String] = []
        for index in 0..<Int.random(in: 2...6, using: &random) {
            let name = Self.name(&random) + "\(index)"
            let folder = Bool.random(using: &random) ? "" : "in \(index)/"
            if Bool.random(using: &random) {
                try twins.write(Self.text(&random), folder + name, mode: Self.mode(&random))
            } else {
                for member in 0..<Int.random(in: 1...5, using: &random) {
                    let inner = Bool.random(using: &random) ? "" : "s\(Self.name(&random))/"
                    try twins.write(
                        Self.text(&random),
                        "\(folder)\(name)/\(inner)\(Self.name(&random))\(member)",
                        mode: Self.mode(&random))
                }
            }
            targets.append(folder + name)
        }
        func check(_ step: String) throws {
            #expect(try twins.differences() == [], "seed \(seed), \(step), type '\(type)'")
        }
        let flags = [[], ["--no-commit"], ["--no-relink"]].randomElement(using: &random) ?? []
        #expect(try twins.run(["add", "--quiet"] + flags + ["--"] + targets).both(0))
        try check("add \(flags)")
        for target in targets where Bool.random(using: &random) {
            let text = Self.text(&random)
            try twins.change { root in
                let place = root.appending(target)
                let file = directoryExists(place) ? place.appending("new") : place
                try removeFile(file)
                try twins.sandbox.write(Array(text.utf8), to: file)
            }
        }
        #expect(try twins.run("commit", "--quiet", "--force").both(0))
        try check("commit")
        #expect(try twins.run(["add", "--quiet", "--"] + targets).both(0))
        try check("add again")
        // What is escaped in .gitignore is another matter.
        let plain = targets.filter { target in !target.contains { "[]!*#?\\\n".contains($0) } }
        let removed = plain.map { "\($0).dvc" }
        if !removed.isEmpty {
            #expect(try twins.run(["remove", "--quiet", "--"] + removed).both(0))
            try check("remove")
        }
    }

    private static func name(_ random: inout SeededGenerator) -> String {
        let letters = Array(
            " abz019.-_'\"\\#:,[]{}&*!|>%@`~=<?\t\u{e9}e\u{301}\u{4e2d}\u{1f600}\u{a0}")
        let count = Int.random(in: 1...(Bool.random(using: &random) ? 5 : 40), using: &random)
        let name = String((0..<count).map { _ in letters.randomElement(using: &random) ?? "x" })
        // Only the shape of the whole matters: not a hidden file, not an option.
        return "n" + name
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        String(repeating: "line\r\n", count: Int.random(in: 0...3, using: &random))
            + "\(Int.random(in: 0...5, using: &random))"
    }

    private static func mode(_ random: inout SeededGenerator) -> Int {
        [0o644, 0o755, 0o600, 0o444].randomElement(using: &random) ?? 0o644
    }
}
