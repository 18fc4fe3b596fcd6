package import Basics

/// Why bytes are not a directory's list, or members cannot make one.
package struct DirectoryListingError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        /// The bytes end within a value.
        case cutOff
        /// Not JSON, not UTF-8, or another value than belongs here.
        case unexpected(expected: String)
        /// The value nests deeper than any list that DVC writes.
        case tooDeep
        /// All paths together have 4 GiB or more.
        case tooLarge
        /// The key stands twice in one member.
        case repeatedKey(String)
        /// The member lacks the key.
        case missingKey(String)
        /// The member's `md5` is not 32 lower-case hex digits.
        case badID
        /// The member's `md5` names a directory's list: lists do not nest.
        case directoryAsMember
        /// The member's name is computed in another way than the list's.
        case otherScheme
        case badPath(PathFault)
        /// Two members have this path.
        case duplicate(FilePath)
        /// The path is a file, and a directory with the second member in it.
        case fileAndDirectory(FilePath, FilePath)
    }

    /// What is wrong with a path.
    package enum PathFault: String, Equatable, Sendable {
        case empty = "is empty"
        case absolute = "is absolute"
        case emptyComponent = "has an empty component"
        case dot = "has a component '.'"
        case dotDot = "has a component '..'"
        case nul = "has a NUL"
        case loneSurrogate = "has half of a surrogate pair"
        case notUTF8 = "is not UTF-8"
    }

    package let reason: Reason
    /// Counted in bytes from the start of the list; `nil` when the list was not read from bytes.
    package let offset: Int?
    /// Counted from 0 in the order in which the members came; `nil` outside of the members.
    package let member: Int?

    package var summary: String {
        let place = [member.map { "member \($0)" }, offset.map { "byte \($0)" }]
            .compactMap { $0 }.joined(separator: ", ")
        return "not a list of directory members: \(explanation)"
            + (place.isEmpty ? "" : " (\(place))")
    }

    private var explanation: String {
        switch reason {
        case .cutOff: "it is cut off"
        case .unexpected(let expected): "expected \(expected)"
        case .tooDeep: "a value is nested too deeply"
        case .tooLarge: "its paths have 4 GiB or more"
        case .repeatedKey(let key): "key '\(key)' stands twice"
        case .missingKey(let key): "key '\(key)' is missing"
        case .badID: "'md5' is not 32 lower-case hex digits"
        case .directoryAsMember: "a directory's list is a member"
        case .otherScheme: "a member is hashed in another way than the list"
        case .badPath(let fault): "a path \(fault.rawValue)"
        case .duplicate(let path): "'\(printable(path.string))' stands twice"
        case .fileAndDirectory(let file, let below):
            "'\(printable(file.string))' is a file, and a directory because of '\(printable(below.string))'"
        }
    }
}
