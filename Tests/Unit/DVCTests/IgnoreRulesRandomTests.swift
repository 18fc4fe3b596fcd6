import Basics
import TestSupport
import Testing

@testable import DVC

/// Thousands of random patterns and paths, beside what real DVC said on them.
@Suite struct IgnoreRulesRandomTests {
    @Test func `judges random patterns like DVC`() throws {
        let verdicts = capturedIgnoreVerdicts.filter { !$0.isWhitespace }
        let groups = stride(from: 0, to: verdicts.count, by: 4).map { start in
            verdicts.dropFirst(start).prefix(4)
        }
        #expect(groups.count == 2000)
        for (seed, captured) in groups.enumerated() {
            let random = RandomIgnoreCase(seed: UInt64(seed))
            var rules = IgnoreRules()
            for file in random.files {
                rules.add(Array(file.text.utf8), in: FilePath(file.directory))
            }
            if captured == "fail" {
                #expect(!rules.flaws.isEmpty, "seed \(seed): \(random)")
                continue
            }
            var bits = 0
            for path in random.paths {
                let isIgnored = rules.ignores(FilePath(path.name), isDirectory: path.isDirectory)
                bits = bits << 1 | (isIgnored ? 1 : 0)
                if random.files.allSatisfy({ $0.directory.isEmpty }) {
                    let found = rules.ignoresOnTheWay(FilePath(path.name), path.isDirectory)
                    #expect(found == isIgnored, "seed \(seed): \(path)")
                }
            }
            #expect(bits == Int(captured, radix: 16), "seed \(seed): \(random)")
            #expect(rules.flaws.isEmpty, "seed \(seed): \(random)")
        }
    }
}

extension IgnoreRules {
    /// The verdict of a walk that judges one entry after the other.
    fileprivate func ignoresOnTheWay(_ path: FilePath, _ isDirectory: Bool) -> Bool {
        var directory: FilePath = ""
        let parts = path.components
        for (index, part) in parts.enumerated() {
            let name = FilePath(unchecked: Array(part))
            let isLast = index == parts.count - 1
            if entries(of: directory).ignores(name, isDirectory: isDirectory || !isLast) {
                return true
            }
            directory = directory.appending(name)
        }
        return false
    }
}

/// The same case that `capture-dvcignore.py` makes from the seed.
private struct RandomIgnoreCase {
    var files: [(directory: String, text: String)] = []
    var paths: [(name: String, isDirectory: Bool)] = []

    private static let names =
        "a b c ab foo é !a #b a* [ab] x".split(separator: " ").map(String.init)
        + ["a b", " a", "b\n", "a\nb"]
    private static let pieces =
        (#"a a b foo ba * * ** ? / / / [ab] [!a] [^b] [a-c] []x] [!]-] \* \b \! # ! . é [à-ý] [\] "#
        + #"[[:alpha:]] [+-z] [a-] **/ /** */ [a \"#).split(separator: " ").map(String.init) + [" "]

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        func pick(_ choices: [String]) -> String { choices[below(choices.count)] }
        func join(_ base: String, _ name: String) -> String {
            base.isEmpty ? name : base + "/" + name
        }
        var directories = [""]
        for _ in 0..<below(3) {
            let base = pick(directories)
            let directory = join(base, pick(Self.names))
            if !directories.contains(directory) { directories.append(directory) }
        }
        for directory in directories {
            var lines: [String] = []
            for _ in 0..<below(4) {
                var line = below(6) == 0 ? "!" : ""
                for _ in 0..<(1 + below(4)) { line += pick(Self.pieces) }
                lines.append(line + (below(5) == 0 ? "/" : ""))
            }
            let end = below(4) == 0 ? "\r\n" : "\n"
            files.append((directory, lines.joined(separator: end)))
        }
        for _ in 0..<16 {
            var path = pick(directories)
            for _ in 0..<(1 + below(3)) { path = join(path, pick(Self.names)) }
            paths.append((path, below(2) == 0))
        }
    }
}
