package import Basics

/// The directories of a sparse checkout in cone mode.
///
/// Source: git-sparse-checkout(1), "INTERNALS — CONE PATTERN SET".
package struct SparseCone: Equatable, Sendable {
    /// Directories that are there with all below them.
    private var whole: Set<FilePath> = []
    /// Directories of which only the files are there.
    private var shallow: Set<FilePath> = [""]

    /// The cone of a repository's working copy; `nil` when all is checked out, or by patterns of another
    /// kind.
    ///
    /// Throws `SubprocessError`, `SystemError`.
    package init?(of repository: GitRepository) throws {
        let file = repository.gitDirectory.appending("info/sparse-checkout")
        guard let text = try readFileIfPresent(file) else { return nil }
        let answer = try repository.command([
            "config", "--type=bool", "--get-regexp", #"^core\.sparsecheckout(cone)?$"#,
        ]).run()
        let lines = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
        guard
            lines.last(where: { $0.hasPrefix("core.sparsecheckout ") })?.hasSuffix("true") == true,
            lines.last(where: { $0.hasPrefix("core.sparsecheckoutcone ") })?.hasSuffix("false")
                != true
        else { return nil }
        self.init(patterns: text)
    }

    /// Reads the patterns; `nil` when they are not of cone mode.
    init?(patterns: [UInt8]) {
        for line in patterns.split(separator: UInt8(ascii: "\n")) {
            var text = String(decoding: line, as: UTF8.self)
            if text.isEmpty || text.hasPrefix("#") || text == "/*" || text == "!/*/" { continue }
            let isNegative = text.hasPrefix("!")
            if isNegative { text.removeFirst() }
            let suffix = isNegative ? "/*/" : "/"
            guard text.hasPrefix("/"), text.hasSuffix(suffix), text.count > suffix.count + 1 else {
                return nil
            }
            let name = Self.unescaped(text.dropFirst().dropLast(suffix.count))
            if isNegative {
                whole.remove(name)
                shallow.insert(name)
            } else {
                whole.insert(name)
            }
        }
    }

    private static func unescaped(_ text: Substring) -> FilePath {
        var result = ""
        var isEscaped = false
        for character in text {
            if character == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            result.append(character)
        }
        return FilePath(result)
    }

    /// Whether the files of a directory, relative to the top, are checked out.
    package func holdsFiles(of directory: FilePath) -> Bool {
        if shallow.contains(directory) { return true }
        var directory = directory
        while !directory.isEmpty {
            if whole.contains(directory) { return true }
            directory = directory.parent
        }
        return false
    }
}
