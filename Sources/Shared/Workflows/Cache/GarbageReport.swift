package import Basics
internal import DVC
package import Digests
internal import Planning

/// What the user asked for.
package struct GarbageOptions: Sendable {
    /// What somebody selects as DVC does: then nothing else is kept.
    package struct Scope: Sendable {
        /// `-a`.
        package var allBranches = false
        /// `-T`.
        package var allTags = false
        /// `-A`.
        package var allCommits = false
        /// `--all-experiments`.
        package var allExperiments = false
        /// `--rev`.
        package var revision: String?
        /// `-n`: how many commits from each tip, below 0 for all.
        package var count = 1
        /// `--date`: in seconds since 1970.
        package var since: Int64?

        package init() {}
    }

    /// `nil`: what anything in the repository needs is kept.
    package var scope: Scope?
    /// `--expire`: objects that were touched within this time are kept; `nil` for the usual time.
    package var grace: Duration?
    /// `--verify-remote`: only what the remote has as well is removed.
    package var verifiesRemote = false
    /// `--not-in-remote`: of what is needed, only what the remote lacks is kept.
    package var keepsOnlyUnpushed = false
    /// `-r`.
    package var remote: String?
    /// `-j`.
    package var jobs: Int?
    /// `-p`: other working copies that use the cache.
    package var projects: [FilePath] = []
    /// `--not-shared`: a cache outside of the repository is used by nobody else.
    package var isKnownUnshared = false
    /// `--skip-failed`: go on without what cannot be read.
    package var skipsFailed = false
    package var isDryRun = false
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// What was removed from the cache, or would be.
package struct GarbageReport: Sendable {
    package struct Removed: Sendable {
        package let oid: ObjectID
        /// In bytes.
        package let size: Int64

        /// Relative to the cache.
        package var storagePath: FilePath { oid.storagePath }
    }

    package var cache: FilePath = ""
    /// Lists of directories first, then files, in order.
    package var removed: [Removed] = []
    /// Temporary files that nobody was to finish any more; absolute.
    package var leftovers: [(path: FilePath, size: Int64)] = []
    /// How many objects are needed.
    package var neededCount = 0
    /// How many are needed by nothing and were kept as too new, for links to them, or because the
    /// remote lacks them.
    package var recentCount = 0
    package var linkedCount = 0
    package var unpushedCount = 0
    /// Why nothing was removed, or not all.
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []

    package init() {}

    package var freedBytes: Int64 {
        removed.reduce(0) { $0 + $1.size } + leftovers.reduce(0) { $0 + $1.size }
    }
}

/// A cache that projects may use of which nobody here knows.
struct SharedCacheError: UserFacingError {
    let cache: FilePath

    var summary: String {
        "the cache '\(cache)' lies outside of this repository, and other projects may need what is in "
            + "it; nothing was removed"
    }
    var advice: String? {
        "name each of them with '--projects <path>', or say '--not-shared' if there is none"
    }
}

/// A directory whose list is nowhere, so that nobody knows which objects it needs.
struct UnknownListError: UserFacingError {
    let oid: ObjectID
    let place: NamedObjects.Place
    let reason: String

    var summary: String {
        "the list \(oid) that \(place.revision.place(of: place.path)) names is not in the cache "
            + "\(reason), so nobody knows which objects it needs; nothing was removed"
    }
    var advice: String? {
        "get it with 'git dvc fetch -A', or go on without it: '--skip-failed'"
    }
}

/// A remote that cannot be asked for single objects by their names.
struct UnaskableRemoteError: UserFacingError {
    let remote: String?

    var summary: String {
        remote.map { "remote '\($0)' keeps files in versions, and no objects to compare with" }
            ?? "no remote is configured to compare with"
    }
    var advice: String? { "name another remote with '-r'" }
}

/// A project that is not what `-p` takes.
struct BadProjectError: UserFacingError {
    let path: FilePath
    let words: String

    var summary: String { "'\(path)' cannot be taken for a project: \(words)" }
    var advice: String? { "'-p' takes the path of a DVC repository that Git has" }
}
