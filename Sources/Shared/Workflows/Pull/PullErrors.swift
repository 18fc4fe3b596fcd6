internal import Basics
internal import Planning
internal import Storage
internal import Workspace

/// An object that could not be downloaded, with the path that needs it.
struct DownloadError: UserFacingError {
    let cause: StoreError
    /// From the top of the repository.
    let path: FilePath?

    var summary: String {
        cause.summary + (path.map { "; needed by '\($0.escaped)'" } ?? "")
    }
    var advice: String? { cause.advice }
}

/// Data that the cache lacks, where the remotes are not to be asked.
struct NotInCacheError: UserFacingError {
    let path: FilePath

    var summary: String { "'\(path.escaped)' is not in the cache, or not all of it" }
    var advice: String? { "get it with 'git dvc pull'" }
}

/// An out that cannot be pulled, because nothing says what it is.
///
/// DVC fails at such an out as well, unless it is an import, which a pull then downloads.
struct NothingRecordedError: UserFacingError {
    let out: UnidentifiedOut

    var summary: String { "'\(out.metafile)' has no id for '\(out.path)'" }

    var advice: String? {
        out.importInput != nil
            ? "get it with 'git dvc pull'"
            : "let DVC make it ('dvc repro'), or get it from a cloud-versioned remote ('dvc pull')"
    }
}

/// Data that is kept in versions, by a remote that is set up without them now.
struct UnsupportedPullError: UserFacingError {
    let place: String

    var summary: String {
        "\(place) is kept in versions, by a remote that is set up without them now"
    }

    var advice: String? { "get it with 'dvc pull'" }
}
