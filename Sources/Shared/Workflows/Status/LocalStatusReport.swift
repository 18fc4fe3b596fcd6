package import Basics
internal import DVC
internal import Workspace

/// What differs between metafiles, working copy and cache.
package struct LocalStatusReport: Sendable {
    /// A stage about which there is something to say.
    package struct Stage: Sendable {
        /// As DVC shows it: `data.dvc`, `train`, `sub/dvc.yaml:train`.
        package let name: String
        /// By name, in DVC's order, each name once.
        package let inputs: [Entry]
        package let outs: [Entry]
        /// Of the stage as a whole: `changed command`.
        package let remarks: [String]
    }

    /// A file, a directory or an import with what is to be said of it.
    package struct Entry: Sendable {
        /// As DVC shows it: relative to the current directory.
        package let name: String
        package let change: Change
    }

    /// In DVC's words.
    package enum Change: Sendable {
        /// `modified`, `not in cache`.
        case state(String)
        /// Of a parameters file: what is to be said of each parameter.
        case parameters([(name: String, state: String)])
    }

    /// In the order of the targets, then of the metafiles.
    package var stages: [Stage] = []
    /// What could not be found out.
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    /// Whether the working copy has no stage at all, selected or not.
    package var tracksNothing = false

    package init() {}

    /// Whether nothing failed but a configuration file that cannot be read.
    package var hasOnlyConfigurationErrors: Bool {
        !errors.isEmpty && errors.allSatisfy { ($0 as? ConfigError)?.file != nil }
    }
}

/// A stage that was frozen, so that nobody asks what it depends on.
struct FrozenStageWarning: UserFacingError {
    let name: String

    var summary: String { "stage '\(name)' is frozen: what it depends on is not looked at" }
}

/// What could not be compared, and the stage that it belongs to.
struct StageError: UserFacingError {
    let stage: String
    let cause: any UserFacingError

    var summary: String { "\(stage): \(cause.summary)" }
    var advice: String? { cause.advice }
}

extension LocalStatusReport.Stage {
    /// `root`: the DVC root, `directory`: the current one; both from the top of the repository.
    init(
        name: String, _ changes: StageChanges, in root: FilePath, from directory: FilePath
    ) {
        self.name = name
        inputs = Self.entries(changes.inputs, in: root, from: directory)
        outs = Self.entries(changes.outs, in: root, from: directory)
        remarks = [
            ("always changed", changes.isAlwaysChanged),
            ("changed command", changes.isCommandChanged),
            ("changed checksum", changes.isChecksumChanged),
        ].filter(\.1).map(\.0)
    }

    private static func entries(
        _ changes: [StageChanges.Entry], in root: FilePath, from directory: FilePath
    ) -> [LocalStatusReport.Entry] {
        var entries: [LocalStatusReport.Entry] = []
        var positions: [StageChanges.Subject: Int] = [:]
        for change in changes {
            let name =
                switch change.subject {
                case .path(let path): root.appending(path).relativeName(from: directory).string
                case .elsewhere(let text): text
                }
            let entry = LocalStatusReport.Entry(name: name, change: .init(change.change))
            // As in a Python `dict`: the first place, the last value.
            if let position = positions[change.subject] {
                entries[position] = entry
            } else {
                positions[change.subject] = entries.count
                entries.append(entry)
            }
        }
        return entries
    }
}

extension LocalStatusReport.Change {
    fileprivate init(_ change: StageChanges.Change) {
        self =
            switch change {
            case .modified: .state("modified")
            case .deleted: .state("deleted")
            case .new: .state("new")
            case .notInCache: .state("not in cache")
            case .updateAvailable: .state("update available")
            case .parameters(let parameters):
                .parameters(parameters.map { ($0.name, $0.change.rawValue) })
            }
    }
}
