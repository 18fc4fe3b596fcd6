package import Basics
package import DVC

/// How a stage, or what it reads and makes, differs from what was recorded when it last ran.
package struct StageChanges: Sendable {
    /// What has changed.
    package enum Subject: Hashable, Sendable {
        /// A path relative to the DVC root.
        case path(FilePath)
        /// What lies elsewhere, as DVC shows it.
        case elsewhere(String)
    }

    package enum Change: Equatable, Sendable {
        case modified, deleted, new
        /// The object of an out, or one of its members, is not in the cache.
        case notInCache
        /// The source of an import has moved on.
        case updateAvailable
        /// Values of a parameters file, by name.
        case parameters([Parameter])
    }

    package struct Parameter: Equatable, Sendable {
        package let name: String
        package let change: ParameterDependency.Change
    }

    package struct Entry: Sendable {
        package let subject: Subject
        package let change: Change

        package init(_ subject: Subject, _ change: Change) {
            self.subject = subject
            self.change = change
        }
    }

    package var inputs: [Entry] = []
    package var outs: [Entry] = []
    package var isAlwaysChanged = false
    package var isCommandChanged = false
    package var isChecksumChanged = false
    /// Why parts of the stage could not be compared.
    package var errors: [any UserFacingError] = []

    package init() {}

    package var isEmpty: Bool {
        inputs.isEmpty && outs.isEmpty && !isAlwaysChanged && !isCommandChanged
            && !isChecksumChanged
    }
}
