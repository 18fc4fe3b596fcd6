package import Basics

/// What a file means for the data of a commit, by its name alone.
///
/// Source: DVC 3.67, observed (dvc-compat 3.1).
package enum MetafileRole: Equatable, Sendable {
    /// `anything.dvc`: outs with their ids.
    case dvcFile
    /// `dvc.yaml`: the outs' flags.
    case pipeline
    /// `dvc.lock`: the outs' ids.
    case lock
    /// `.dvc/config` or `.dvcignore`: what the other files mean.
    case context

    /// The role of the file at this path, or `nil` when it has none.
    package init?(_ path: FilePath) {
        let directory = path.parent.lastComponent
        if directory == ".dvc" {
            guard path.lastComponent == "config" else { return nil }
            self = .context
            return
        }
        switch path.lastComponent {
        case "dvc.yaml": self = .pipeline
        case "dvc.lock": self = .lock
        case ".dvcignore": self = .context
        // A file called just `.dvc` is none, though it ends in it.
        case let name where name.hasSuffix(".dvc") && name != ".dvc": self = .dvcFile
        default: return nil
        }
    }
}
