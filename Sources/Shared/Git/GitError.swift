internal import Basics

/// What can go wrong when we ask Git something, apart from Git itself failing.
package enum GitError: UserFacingError, Equatable {
    /// No `git` on `PATH`.
    case notFound
    case tooOld(version: String)
    /// The directory is in no repository, or Git refuses it (its words say why).
    case notARepository(words: String)
    /// A line on stdin that is not what Git gives a pre-push hook.
    case badRefLine(line: Int, text: String)

    package var summary: String {
        switch self {
        case .notFound: "the program 'git' was not found on PATH"
        case .tooOld(let version):
            "git \(version) is too old: version \(GitVersion.oldestSupported) or later is needed"
        case .notARepository(let words): words
        case .badRefLine(let line, let text):
            "standard input, line \(line): expected '<local ref> <oid> <remote ref> <oid>', "
                + "found '\(text)'"
        }
    }

    package var advice: String? {
        switch self {
        case .notFound: "install git, or add its directory to PATH"
        case .tooOld: "upgrade git"
        case .notARepository, .badRefLine: nil
        }
    }
}

/// A version of Git, compared by its first three numbers.
package struct GitVersion: Comparable, Sendable, CustomStringConvertible {
    package static let oldestSupported = GitVersion(major: 2, minor: 30, patch: 0)

    package let major: Int
    package let minor: Int
    package let patch: Int

    package init(major: Int, minor: Int, patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads the answer of `git version`: `git version 2.39.5 (Apple Git-154)`, `2.55.0.rc1`.
    package init?(answer: String) {
        guard let word = answer.split(whereSeparator: \.isWhitespace).first(where: \.isVersion)
        else { return nil }
        let numbers = word.split(separator: ".").map { Int($0) ?? 0 }
        guard numbers.count >= 2 else { return nil }
        self.init(major: numbers[0], minor: numbers[1], patch: numbers.count > 2 ? numbers[2] : 0)
    }

    package var description: String { "\(major).\(minor).\(patch)" }

    package static func < (left: GitVersion, right: GitVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

extension Substring {
    fileprivate var isVersion: Bool { first?.isNumber == true && contains(".") }
}
