#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A system call that failed.
package struct SystemError: UserFacingError, Equatable {
    /// What was being done, as a verb phrase that a path can follow: "open", "write to".
    package let operation: String
    package let path: FilePath
    /// The value of `errno`.
    package let code: CInt

    package init(_ operation: String, _ path: FilePath, code: CInt = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var summary: String {
        "cannot \(operation) \(path.quotedBriefly): \(systemErrorText(code))"
    }

    package var advice: String? {
        switch code {
        case EACCES, EPERM: "check the permissions and the owner of '\(path)'"
        case ENOSPC: "free some space on the file system that holds '\(path)'"
        case EDQUOT:
            "your disk quota where '\(path)' is is used up; free some space there or ask for more"
        case EROFS: "the file system that holds '\(path)' is mounted read-only"
        case EMFILE: "lower the number of jobs (-j) or raise 'ulimit -n'"
        default: nil
        }
    }
}

extension SystemError {
    /// The same failure, of the directory where it was about a temporary file in it: that is gone by the
    /// time somebody looks for it.
    package var withoutTemporaryName: SystemError {
        guard isTemporaryName(path.lastComponent) else { return self }
        return SystemError(operation, path.parent.isEmpty ? "." : path.parent, code: code)
    }
}

extension FilePath {
    /// In single quotes; one that no file can have is cut, because a list may hold any number of letters.
    package var quotedBriefly: String {
        bytes.count > Int(PATH_MAX) ? quoted(string, limit: 200) : "'\(self)'"
    }
}

/// The text of an `errno` value, lower case as all our messages are.
package func systemErrorText(_ code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    // "Permission denied" begins a sentence, but "I/O error" and the like must stay.
    guard let first = words.first, words.dropFirst().first?.isLowercase == true else {
        return words
    }
    return first.lowercased() + words.dropFirst()
}
