package import Basics

/// A target, pattern or revision that means nothing.
package enum TargetError: UserFacingError, Equatable {
    /// A `dvc.lock` as a target.
    case lockFile(FilePath)
    /// What names nothing that DVC tracks; the nearest name, and what else is known.
    case unknown(FilePath, Hint?)
    /// A metafile, or a stage of one, that does not exist.
    case noMetafile(FilePath, Hint?)
    case noStage(String, FilePath, Hint?)
    /// A path outside of the repository.
    case outside(FilePath)
    case noMatch([FilePath])
    /// `--glob` without a pattern.
    case globWithoutTargets
    case badRevision(String, words: String)

    /// What may have been meant.
    package enum Hint: Equatable, Sendable {
        case nearest(String)
        /// A directory in which metafiles may be.
        case directory
        /// A metafile that cannot be read, and may have what is sought.
        case unreadable(String)
    }

    package var summary: String {
        switch self {
        case .lockFile(let word): "'\(printable(word.string))' is no target"
        case .unknown(let word, _):
            "'\(printable(word.string))' is neither a stage or group in 'dvc.yaml' nor a tracked "
                + "file or directory, nor in a tracked directory"
        case .noMetafile(let path, _): "there is no metafile '\(printable(path.string))'"
        case .noStage(let name, let path, _):
            "'\(printable(path.string))' has no stage or group '\(printable(name))'"
        case .outside(let word): "'\(printable(word.string))' is outside of the repository"
        case .noMatch(let patterns):
            "nothing here matches "
                + patterns.map { "'\(printable($0.string))'" }.joined(separator: " or ")
        case .globWithoutTargets: "'--glob' needs a pattern"
        case .badRevision(let name, let words):
            "'\(printable(name))' names no commits: \(printable(words))"
        }
    }

    package var advice: String? {
        if case .unknown(let word, _) = self, word.mayBeMangled { return Self.mangledAdvice }
        if case .noMetafile(let word, _) = self, word.mayBeMangled { return Self.mangledAdvice }
        return switch self {
        case .lockFile(let word):
            "did you mean '\(printable(word.replacingLock))'?"
        case .unknown(_, .directory?):
            "it is a directory that DVC does not track; '-R' selects the metafiles below it"
        case .unknown(_, .nearest(let name)?), .noMetafile(_, .nearest(let name)?),
            .noStage(_, _, .nearest(let name)?):
            "did you mean '\(printable(name))'?"
        case .unknown(_, .unreadable(let words)?):
            "what it may be in cannot be read: \(words)"
        case .unknown:
            "a target is 'x.dvc', 'dvc.yaml', 'dvc.yaml:stage', a stage, a group, 'group@key', or "
                + "the path of an out or of something in it"
        case .noMatch: "patterns are compared with files in the working copy"
        case .globWithoutTargets: "such as --glob 'data/*.csv'"
        case .noMetafile, .noStage, .outside, .badRevision: nil
        }
    }
}

extension TargetError {
    fileprivate static let mangledAdvice =
        "a name that is not UTF-8 cannot be given; select it with '-R' and a directory above"
}

extension FilePath {
    /// Whether U+FFFD is in it, which stands for bytes of the command line that are not UTF-8.
    fileprivate var mayBeMangled: Bool { string.unicodeScalars.contains("\u{fffd}") }

    fileprivate var replacingLock: String {
        guard let range = string.firstRange(of: ".lock") else { return string }
        return string.replacingCharacters(in: range)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>) -> String {
        self[..<range.lowerBound] + ".yaml" + self[range.upperBound...]
    }
}
