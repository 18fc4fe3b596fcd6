package import Basics
internal import DVC
package import Digests
package import Git
package import Planning

/// What a push found and did.
package struct PushReport: Sendable {
    package var stores: [StoreReport] = []
    /// What keeps something from being pushed, in the order to be shown.
    package var errors: [any UserFacingError] = []
    /// What does not.
    package var warnings: [any UserFacingError] = []
    package var notes: [String] = []
    /// Why a commit must not become visible.
    package var refusals: [GitOID: String] = [:]
    /// The commit of each pushed oid, which may be a tag's.
    package var commits: [GitOID: GitOID] = [:]

    /// Why a ref must not be pushed; `nil` when it may.
    package func refusal(of update: RefUpdate) -> String? {
        update.newOID.flatMap { commits[$0] }.flatMap { refusals[$0] }
    }

    package var uploadedCount: Int { stores.reduce(0) { $0 + $1.uploadedCount } }
    package var uploadedBytes: Int64 { stores.reduce(0) { $0 + $1.uploadedBytes } }
    package var isSuccess: Bool { errors.isEmpty }

    /// Whether nothing failed but a configuration file that cannot be read.
    package var hasOnlyConfigurationErrors: Bool {
        !errors.isEmpty && errors.allSatisfy { ($0 as? ConfigError)?.file != nil }
    }

    /// What happened on one data remote.
    package struct StoreReport: Sendable {
        package let remote: String
        package var uploadedCount = 0
        package var uploadedBytes: Int64 = 0
        /// What a dry run would upload.
        package var wouldUpload: [ObjectPlace] = []
        /// Entries of the run-cache that were uploaded, or would be, relative to the remote.
        package var runs: [FilePath] = []
        /// Objects that are neither in the cache nor on the remote.
        package var missing: [ObjectPlace] = []
        /// Objects that could not be uploaded.
        package var failed: [ObjectPlace] = []
    }
}

/// An object, and where the repository says that it needs it.
package struct ObjectPlace: Sendable, Equatable {
    package let oid: ObjectID
    /// The out's path or, for a member of a directory, the member's; from the top of the repository.
    package let path: FilePath
    package let revision: Revision

    /// The abbreviated commit that needs it; `nil` for the workspace.
    package var commit: String? { revision.name }

    /// Where the object is, or would be, in the cache and on the remote.
    package var storagePath: FilePath { oid.storagePath }

    /// The object's id as metafiles spell it.
    package var md5: String { oid.description }

    /// `'data/model.pkl' (commit 0123456789)`.
    package var text: String { revision.place(of: path) }
}

/// An object that the repository needs and nobody has.
package struct MissingObjectError: UserFacingError {
    package let place: ObjectPlace
    package let remote: String
    /// Why the cache's copy does not count, when there is one.
    package let flaw: String?
    /// Whether a `git push` asked for it, which can do without.
    package let isPush: Bool

    package var summary: String {
        let damage = flaw.map { "; \($0)" } ?? ""
        return "\(place.text) needs \(place.storagePath), "
            + "which is neither in the cache nor on remote '\(remote)'\(damage)"
    }

    package var advice: String? {
        "get it from where it is, or make it again ('dvc repro', 'git dvc add')"
            + (isPush ? "; 'git -c dvc.strict=none push' pushes without it" : "")
    }
}

/// A directory's list that was not uploaded, because members that nobody asked for are not there.
package struct WithheldListError: UserFacingError {
    package let place: String
    package let path: FilePath
    package let remote: String
    package let absentCount: Int

    init(place: String, path: FilePath, _ remote: String, _ absentCount: Int) {
        self.place = place
        self.path = path
        self.remote = remote
        self.absentCount = absentCount
    }

    package var summary: String {
        "the list of \(place) stays off remote '\(remote)', where "
            + "\(counted(absentCount, "other file")) of it \(absentCount == 1 ? "is" : "are") missing"
    }
    package var advice: String? { "'git dvc push \(path)' uploads the rest and the list" }
}

/// A target in a directory that has no such member.
package struct NoMemberError: UserFacingError {
    package let place: String
    package let member: FilePath

    package var summary: String {
        "there is no '\(printable(member.string))': the list of \(place) does not have it"
    }
}

/// An object that could not be uploaded, with the place that needs it.
package struct UploadError: UserFacingError {
    package let place: ObjectPlace
    package let cause: any UserFacingError
    /// The file in the cache, when that is what is wrong.
    package let damagedFile: FilePath?

    package var summary: String {
        let file = damagedFile.map { " ('\($0)')" } ?? ""
        return "\(cause.summary)\(file); needed by \(place.text)"
    }
    package var advice: String? { cause.advice }
}

/// An out for which no data remote is configured.
package struct NoRemoteError: UserFacingError {
    /// The out's path, and the commit when there is one.
    package let place: String
    /// Whether the data is to be got from somewhere.
    package var isPull = false

    package var summary: String {
        "no remote is configured for \(place): there is nowhere to "
            + (isPull ? "get its data from" : "upload its data")
    }

    package var advice: String? {
        "set one up with 'git dvc remote add -d <name> <url>' and commit '.dvc/config'"
    }
}

/// An out on a remote that keeps versions in the cloud.
package struct CloudVersionedError: UserFacingError {
    /// The out's path, and the commit when there is one.
    package let place: String

    package var summary: String {
        "\(place) belongs on a cloud-versioned remote, and uploading it would change its metafile"
    }

    package var advice: String? {
        "run 'dvc push', commit the metafiles that it changes, then push"
    }
}

/// A metafile whose content Git does not have.
package struct MissingBlobError: UserFacingError {
    /// The metafile's path and the commit.
    package let place: String

    package var summary: String { "the content of \(place) is not in this repository" }
    package var advice: String? {
        "get it with 'git fetch', or 'git fsck' to see what else is missing"
    }
}
