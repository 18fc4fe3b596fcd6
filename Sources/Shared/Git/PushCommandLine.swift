/// The command line of a `git push`, as far as a hook must know it.
///
/// A hook is not told about `--dry-run` and `--quiet`; only the parent's command line shows it. What cannot be
/// understood counts as a real push: the worst is that data is uploaded early.
/// Source: git-push(1); observed with Git 2.39 (git-integration 3.2).
package struct PushCommandLine: Equatable, Sendable {
    package let isDryRun: Bool
    package let isQuiet: Bool
    /// The values of `-o` and `--push-option`.
    package let pushOptions: [String]

    /// Options of `git` itself whose value is the next word.
    private static let globalOptionsWithValue: Set<String> = [
        "-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix",
        "--config-env", "--attr-source",
    ]
    /// Options of `git push` whose value is the next word.
    private static let optionsWithValue: Set<String> = [
        "-o", "--push-option", "--repo", "--receive-pack", "--exec",
    ]

    /// Returns `nil` unless the words are `git … push …` (or `git-push …`).
    package init?(_ words: [String]) {
        var rest = words[...]
        guard let program = rest.popFirst()?.split(separator: "/").last else { return nil }
        if program == "git" {
            while let word = rest.first, word.hasPrefix("-") {
                rest.removeFirst()
                if Self.globalOptionsWithValue.contains(word) { _ = rest.popFirst() }
            }
            guard rest.popFirst() == "push" else { return nil }
        } else if program != "git-push" {
            return nil
        }
        var isDryRun = false
        var isQuiet = false
        var pushOptions: [String] = []
        while let word = rest.popFirst(), word != "--" {
            if Self.optionsWithValue.contains(word) {
                let value = rest.popFirst()
                if word == "-o" || word == "--push-option" {
                    pushOptions += value.map { [$0] } ?? []
                }
            } else if word.hasPrefix("--push-option=") {
                pushOptions.append(String(word.dropFirst("--push-option=".count)))
            } else if word == "--no-dry-run" {
                isDryRun = false
            } else if word.hasPrefix("--d"), word != "--d", "--dry-run".hasPrefix(word) {
                isDryRun = true  // `--d` could also be `--delete`
            } else if word == "--quiet" {
                isQuiet = true
            } else if word.hasPrefix("-"), !word.hasPrefix("--") {
                // A cluster of switches; after `o` the rest is a value.
                let switches = word.dropFirst().prefix { $0 != "o" }
                if switches.contains("n") { isDryRun = true }
                if switches.contains("q") { isQuiet = true }
                if switches.count < word.count - 1 {
                    let value = word.dropFirst(switches.count + 2)
                    pushOptions +=
                        (value.isEmpty ? rest.popFirst() : String(value)).map { [$0] } ?? []
                }
            }
        }
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
        self.pushOptions = pushOptions
    }
}
