package import Basics
internal import YAML

/// Why a metafile cannot be used, and where.
///
/// Readers know bytes only; whoever knows the file adds it with ``located(in:at:)``.
package struct MetafileError: UserFacingError, Equatable {
    package let reason: Reason
    /// The metafile as the caller names it; `nil` until the caller has said so.
    package private(set) var path: FilePath?
    /// The commit that the metafile was read from; `nil` for the workspace.
    package private(set) var revision: String?
    /// Counted from 1; `nil` when the problem is not at one place.
    package let line: Int?
    /// In code points, counted from 1.
    package let column: Int?

    package init(_ reason: Reason, line: Int? = nil, column: Int? = nil) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    init(_ reason: Reason, at mark: YAMLMark) {
        self.init(reason, line: mark.line, column: mark.column)
    }

    /// The same error, saying which file of which commit is meant.
    package func located(in path: FilePath, at revision: String? = nil) -> MetafileError {
        var located = self
        located.path = path
        located.revision = revision
        return located
    }

    package var summary: String {
        let numbers = [line, column].compactMap { $0.map(String.init) }
        var place = numbers.joined(separator: ":")
        if let path {
            place = ([printable(path.string)] + numbers).joined(separator: ":")
        } else if !place.isEmpty {
            place = "line " + place
        }
        if let revision { place += " (commit \(revision))" }
        return place.isEmpty ? reason.text : "\(place): \(reason.text)"
    }

    package var advice: String? { reason.advice }
}
