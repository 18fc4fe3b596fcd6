internal import Basics
internal import Git

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Who wrote the hook that is at a path.
enum HookAuthor: Equatable {
    case nobody
    /// Any version of the suite.
    case us
    /// `dvc install`.
    case dvc
    case framework(HookFramework)
    case somebodyElse

    /// In bytes; ours and DVC's are far shorter.
    private static let longestScript = 1 << 20

    /// Looks at a hook.
    ///
    /// `hook`: its name, as Git calls it.
    /// Throws `SystemError` when the file cannot be read.
    init(of hook: String, at path: FilePath) throws(SystemError) {
        guard let status = try fileStatus(path) else {
            self = .nobody
            return
        }
        // Overcommit's hooks are links to one script.
        if status.st_mode & S_IFMT == S_IFLNK,
            let bytes = try? readFileIfPresent(path, limit: Self.longestScript),
            let framework = HookFramework(script: bytes)
        {
            self = .framework(framework)
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longestScript else {
            self = .somebodyElse
            return
        }
        self.init(of: hook, script: try readFile(path, limit: Self.longestScript))
    }

    /// Tells by what the file holds.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 7.1): a path of sh, one line, and nothing else.
    init(of hook: String, script: [UInt8]) {
        let lines = script.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[0].starts(with: "#!".utf8) else {
            self = .somebodyElse
            return
        }
        if isHookOfOurs(script) {
            self = .us
        } else if lines.count == 3, lines[0].suffix(2).elementsEqual("sh".utf8),
            lines[1].elementsEqual("exec dvc git-hook \(hook) $@".utf8), lines[2].isEmpty
        {
            self = .dvc
        } else {
            self = HookFramework(script: script).map { .framework($0) } ?? .somebodyElse
        }
    }
}
