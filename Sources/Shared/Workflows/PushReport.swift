package import Basics
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
    /// Why a pushed commit or tag must not become visible, by its oid.
    package var refusals: [GitOID: String] = [:]

    package var uploadedCount: Int { stores.reduce(0) { $0 + $1.uploadedCount } }
    package var uploadedBytes: Int64 { stores.reduce(0) { $0 + $1.uploadedBytes } }
    package var isSuccess: Bool { errors.isEmpty }

    /// What happened on one data remote.
    package struct StoreReport: Sendable {
        package let remote: String
        package var uploadedCount = 0
        package var uploadedBytes: Int64 = 0
        /// What a dry run would upload.
        package var wouldUpload: [ObjectPlace] = []
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
    package var text: String {
        "'\(path)'" + (commit.map { " (commit \($0))" } ?? "")
    }
}

/// An object that the repository needs and nobody has.
package struct MissingObjectError: UserFacingError {
    package let place: ObjectPlace
    package let remote: String
    /// Why the cache's copy does not count, when there is one.
    package let flaw: String?

    package var summary: String {
        let damage = flaw.map { "; \($0)" } ?? ""
        return "\(place.text) needs \(place.oid.storagePath), "
            + "which is neither in the cache nor on remote '\(remote)'\(damage)"
    }

    package var advice: String? {
        "get it where it is ('dvc pull', 'dvc repro'), or let it be missing with "
            + "'git -c dvc.strict=none push'"
    }
}

/// An object that could not be uploaded, with the place that needs it.
package struct UploadError: UserFacingError {
    package let place: ObjectPlace
    package let cause: any UserFacingError

    package var summary: String { "\(cause.summary); needed by \(place.text)" }
    package var advice: String? { cause.advice }
}

/// A count of further errors that are like those shown.
package struct FurtherErrors: UserFacingError {
    package let summary: String
}

/// An out for which no data remote is configured.
package struct NoRemoteError: UserFacingError {
    package let out: NeededOut

    package var summary: String {
        "no remote is configured for \(out.place): there is nowhere to upload its data"
    }

    package var advice: String? {
        "set one up with 'dvc remote add -d <name> <url>' and commit '.dvc/config'"
    }
}

/// An out on a remote that keeps versions in the cloud.
package struct CloudVersionedError: UserFacingError {
    package let out: NeededOut
    package let remote: String

    package var summary: String {
        "remote '\(remote)' is cloud-versioned, and uploading \(out.place) would change its metafile "
            + "after the commit"
    }

    package var advice: String? { "run 'dvc push', commit the changed metafiles, then push" }
}
