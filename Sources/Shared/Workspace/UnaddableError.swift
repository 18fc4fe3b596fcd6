package import Basics

/// Something in the working copy that cannot become an object, or part of one.
package struct UnaddableError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        case notUTF8
        case brokenLink
        /// A FIFO, a socket, a device.
        case noFile
        /// A `.dvcignore` inside of an out.
        case ignoreFile
        /// It was written to while it was read.
        case changed
        /// It was written to after it was recorded, and before it was made a link to the cache.
        case changedSince
    }

    /// Relative to the DVC root.
    package let path: FilePath
    package let reason: Reason

    package init(path: FilePath, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var summary: String {
        let name = path.escaped
        return switch reason {
        case .notUTF8: "cannot track '\(name)': its name is not UTF-8"
        case .brokenLink: "cannot track '\(name)': it is a link to something that does not exist"
        case .noFile: "cannot track '\(name)': it is neither a file nor a directory"
        case .ignoreFile: "cannot track '\(name)': no '.dvcignore' may be in a tracked directory"
        case .changed: "'\(name)' was changed while it was read; nothing is recorded"
        case .changedSince: "'\(name)' was changed after it was recorded; it is left as it is"
        }
    }

    package var advice: String? {
        switch reason {
        case .notUTF8: "rename it, or name it in '.dvcignore'"
        case .brokenLink, .noFile: "remove it, or name it in '.dvcignore'"
        case .ignoreFile: "move its lines to the '.dvcignore' above the directory"
        case .changed, .changedSince: "wait until nobody writes to it, then run the command again"
        }
    }
}

extension FilePath {
    /// The spelling as text, with each byte that is not UTF-8 as `\xNN`.
    package var escaped: String {
        if isUTF8 { return string }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
            let character = rest.prefix(length)
            if let valid = String(validating: character, as: UTF8.self) {
                text += valid
                rest = rest.dropFirst(length)
            } else {
                let digits = String(first, radix: 16)
                text += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
                rest = rest.dropFirst()
            }
        }
        return text
    }
}
