package import Basics
internal import DVC
package import Digests
package import Git

/// What a verification found.
package struct VerifyReport: Sendable {
    /// An object that is not on the remote as it must be.
    package struct Gap: Sendable {
        package enum State: String, Sendable {
            case missing
            /// Something else is there than the name says.
            case damaged
        }

        package let state: State
        package let oid: ObjectID
        /// Of the out or the member of one, from the top of the repository.
        package let path: FilePath
        /// The newest of the commits that need it.
        package let commit: GitOID?
        package let remote: String
        /// What is wrong with a damaged one.
        package let words: String?

        /// Where the object is, or would be, on the remote.
        package var storagePath: FilePath { oid.storagePath }

        /// The object's id as metafiles spell it.
        package var md5: String { oid.description }
    }

    /// By path; each object of a remote once.
    package var gaps: [Gap] = []
    /// What keeps us from knowing: with any of these the answer is no.
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    /// How many commits were looked at.
    package var commitCount = 0
    /// How many different objects each remote was asked for.
    package var remotes: [(name: String, askedCount: Int)] = []

    package init() {}

    /// Whether everything was asked for and is there.
    package var isWhole: Bool { gaps.isEmpty && errors.isEmpty }

    package var askedCount: Int { remotes.reduce(0) { $0 + $1.askedCount } }

    /// Whether nothing failed but a configuration file that cannot be read.
    package var hasOnlyConfigurationErrors: Bool {
        gaps.isEmpty && !errors.isEmpty && errors.allSatisfy { ($0 as? ConfigError)?.file != nil }
    }
}

/// A history that ends where the clone was cut.
struct ShallowHistoryError: UserFacingError {
    var summary: String {
        "this clone is shallow: commits before the cut were not looked at"
    }
    var advice: String? { "get the rest with 'git fetch --unshallow'" }
}

/// A directory whose list nobody has, so that its members are unknown.
struct UnknownMembersNote: UserFacingError {
    let place: String

    var summary: String { "\(place) has no list anywhere: its members cannot be looked up" }
    var advice: String? { nil }
}
