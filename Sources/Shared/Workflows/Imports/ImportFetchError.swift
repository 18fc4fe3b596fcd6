internal import Basics
internal import DVC

/// Data of another repository that cannot be had.
struct ImportFetchError: UserFacingError {
    enum Reason {
        case noCommit
        case git(String)
        case notThere
        case otherContent
        case settings(String)
        case tooDeep
    }

    let place: String
    let source: ImportSource
    let reason: Reason

    var summary: String {
        let origin = "'\(printable(source.path))' of '\(printable(source.url))'"
        let cause =
            switch reason {
            case .noCommit: "nothing says of which commit"
            case .git(let words): printable(words)
            case .notThere: "there is no such file or directory at that commit"
            case .otherContent: "it is not what was imported"
            case .settings(let words): "its settings for that repository: \(printable(words))"
            case .tooDeep: "it is imported from a repository that imports it, and so on"
            }
        return "cannot get \(place), which is \(origin): \(cause)"
    }

    var advice: String? {
        switch reason {
        case .git: "check the address of the repository, and that you may read it"
        case .settings: "mend 'config' or 'remote' in the '.dvc' file"
        case .noCommit, .notThere, .otherContent, .tooDeep: "'dvc update' imports it anew"
        }
    }
}
