internal import Basics
internal import DVC
internal import Planning
internal import Workspace

extension PullOptions {
    /// Whether an out is one of those that are meant.
    ///
    /// Source: `targets_view` in DVC 3.67 `repo/index.py`: what has no known size is.
    func admits(_ out: Out) -> Bool {
        if let maximumSize, maximumSize > 0, let size = out.size, size >= maximumSize {
            return false
        }
        if kinds.isEmpty { return true }
        return kinds.contains(.metrics) && out.isMetric || kinds.contains(.plots) && out.isPlot
    }
}

extension PullReport {
    /// Adds what became of the working copy.
    ///
    /// `directory`: where the user is, from the top.
    mutating func add(
        _ done: CheckoutReport, _ options: PullOptions, from directory: FilePath
    ) {
        changes = done.lines(from: directory)
        counts = done.counts
        errors += done.errors
        warnings += done.warnings + done.notices
        incomplete = done.missing
        if options.unsaved == .keep {
            errors += done.unsaved.map { UnsavedFileError(path: $0) } as [any UserFacingError]
        } else {
            unsaved = done.unsaved
        }
    }
}

/// A file of the working copy that would be lost.
struct UnsavedFileError: UserFacingError {
    let path: FilePath

    var summary: String {
        "'\(path.escaped)' has changes that are saved nowhere; it is left as it is"
    }
    var advice: String? {
        "save them with 'git dvc add' or 'git dvc commit', or remove the file, then pull again"
    }
}

/// Files that were to be hard links.
struct TooManyLinksError: UserFacingError {
    let paths: [FilePath]

    var summary: String {
        let others = paths.count > 1 ? " and \(paths.count - 1) more" : ""
        return "'\(paths.first?.escaped ?? "")'\(others) became a copy: "
            + "no file can have more names than its object in the cache has"
    }
}
