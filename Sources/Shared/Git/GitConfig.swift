package import Basics

/// Git's configuration, as far as the suite reads it: its own section, what tells how remotes are reached,
/// and how the repository is made.
package struct GitConfig: Sendable {
    /// Values by key, in the order in which Git lists them; keys as Git prints them.
    private let values: [String: [String]]

    package init(values: [String: [String]]) { self.values = values }

    /// Asks Git once for everything, wherever the process is: also outside of any repository.
    package init(using git: GitProgram) throws(SubprocessError) {
        self = try Question(at: nil, using: git).answer()
    }

    /// The same question, under way while its asker does something else.
    package struct Question: ~Copyable {
        private let running: RunningCommand

        /// `directory`: where Git looks for the repository; `nil` for where the process is.
        package init(at directory: FilePath?, using git: GitProgram) throws(SubprocessError) {
            running = try git.command(Self.arguments(at: directory)).begin()
        }

        /// Takes over what another program of ours has asked; `nil` if the words mean nothing here.
        init?(at directory: FilePath, using git: GitProgram, handedOver words: String) {
            let command = git.begun(Self.arguments(at: directory))
            guard let running = RunningCommand(command, handedOver: words) else { return nil }
            self.running = running
        }

        private static func arguments(at directory: FilePath?) -> [String] {
            let place = directory.map { ["-C", $0.string] } ?? []
            return place + ["config", "-z", "--get-regexp", GitConfig.pattern]
        }

        /// Leaves the question to the program that this process becomes.
        consuming func handOver() throws(SystemError) -> String { try running.handOver() }

        /// Waits for the answer.
        package consuming func answer() throws(SubprocessError) -> GitConfig {
            let command = running.command
            let result = try running.finish()
            // Exit code 1 means that nothing matched.
            guard result.status.isSuccess || result.status == .exited(1) else {
                throw SubprocessError(command, .ended(result.status), lastWords: result.lastWords)
            }
            return GitConfig(parsing: result.output)
        }
    }

    private static let pattern =
        #"^((dvc|remote|protocol|url|extensions)\.|(core\.(sshcommand|gitproxy|hookspath|worktree|bare"#
        + #"|repositoryformatversion)|ssh\.variant)$)"#

    /// Reads the output of `git config -z --get-regexp`: `key LF value NUL`, the value left out
    /// (without LF) for a key that stands alone and so means true.
    init(parsing bytes: [UInt8]) {
        var values: [String: [String]] = [:]
        for record in bytes.split(separator: 0) {
            let parts = record.split(
                separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(decoding: parts[0], as: UTF8.self)
            let value = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "true"
            values[key, default: []].append(value)
        }
        self.values = values
    }

    /// The last value, which is the one that counts.
    ///
    /// Section and variable name are lower case.
    package subscript(key: String) -> String? { values[key]?.last }

    /// All values, in the order in which Git lists them.
    package func values(_ key: String) -> [String] { values[key] ?? [] }

    /// All keys, as Git prints them, in no particular order.
    package var keys: [String] { Array(values.keys) }

    /// The remotes that have an address, sorted.
    package var remoteNames: [String] {
        keys.filter { $0.hasPrefix("remote.") && $0.hasSuffix(".url") }
            .map { String($0.dropFirst(7).dropLast(4)) }.sorted()
    }

    /// Whether objects may be left out here, to be had from a remote when somebody asks for them.
    package var isOfPartialClone: Bool {
        self["extensions.partialclone"] != nil
            || keys.contains { $0.hasPrefix("remote.") && $0.hasSuffix(".promisor") }
    }

    /// A boolean as Git reads it, or `nil` when it is not set or is something else.
    package func boolean(_ key: String) -> Bool? {
        switch self[key]?.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off", "": false
        case let text?: Int(text).map { $0 != 0 }
        case nil: nil
        }
    }
}
