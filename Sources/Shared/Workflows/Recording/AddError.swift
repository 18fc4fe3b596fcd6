package import Basics

/// A target that cannot be put under DVC.
///
/// Ends the command with 1, as in DVC.
package struct AddError: UserFacingError {
    package enum Reason: Sendable {
        case missing
        case outsideOfRepository
        case holdsRepository
        case isMetafile
        case ignored
        case metafileIgnored(FilePath)
        case insideLinkedDirectory
        case trackedByGit
        /// An out of a stage in `dvc.yaml`.
        case outOfStage(String, metafile: FilePath)
        /// A directory in which something is tracked.
        case holdsOut(FilePath, metafile: FilePath)
        /// Below a path that is tracked as a file.
        case insideFile(FilePath)
        case overlapsTarget(FilePath)
        case noList(FilePath)
        case legacyDirectory(FilePath)
        case cloudVersioned(FilePath)
        case noMatches
        case severalOuts(metafile: FilePath)
    }

    /// As the user would write it.
    package let path: FilePath
    package let reason: Reason

    package var summary: String { "cannot add '\(path.string)': \(cause)" }

    private var cause: String {
        switch reason {
        case .missing: "there is no such file or directory"
        case .outsideOfRepository: "it is outside of the DVC repository"
        case .holdsRepository: "it holds the DVC repository itself"
        case .isMetafile: "a DVC file cannot be tracked by DVC"
        case .ignored: "it is ignored by '.dvcignore' or by DVC itself"
        case .metafileIgnored(let metafile): "Git ignores '\(metafile)'"
        case .insideLinkedDirectory: "it is a link to a directory, or reached through one"
        case .trackedByGit: "it is already tracked by Git"
        case .outOfStage(let stage, let metafile):
            "it is an out of stage '\(stage)' in '\(metafile)'"
        case .holdsOut(let out, _): "'\(out)' in it is tracked already"
        case .insideFile(let file): "'\(file)' is tracked as a file"
        case .overlapsTarget(let other): "it overlaps '\(other)', which is to be added as well"
        case .noList(let directory): "the list of what '\(directory)' holds is not in the cache"
        case .legacyDirectory(let directory): "'\(directory)' was added by DVC 2"
        case .cloudVersioned(let metafile): "'\(metafile)' names versions on a remote"
        case .noMatches: "nothing matches"
        case .severalOuts(let metafile): "'\(metafile)' has other outs"
        }
    }

    package var advice: String? {
        switch reason {
        case .trackedByGit:
            "stop tracking it in Git: git rm -r --cached '\(path)' && git commit -m 'stop tracking'"
        case .outOfStage: "run the pipeline, or record what is there with 'git dvc commit'"
        case .holdsOut(_, let metafile): "run 'git dvc remove \(metafile)' first"
        case .metafileIgnored(let metafile):
            "take the pattern that hides '\(metafile)' out of .gitignore"
        case .noList(let directory):
            "run 'git dvc pull', or add all of it: 'git dvc add \(directory)'"
        case .legacyDirectory(let directory): "add all of it: 'git dvc add \(directory)'"
        case .insideLinkedDirectory: "name the real path"
        case .cloudVersioned: "use real DVC for it: 'dvc add'"
        default: nil
        }
    }
}
