package import Basics
package import Digests
package import Git
package import Planning

/// What the user asked for.
package struct FsckOptions: Sendable {
    /// Whose data must be there.
    package var revisions = RevisionSelection()
    /// `-c`: the remotes as well.
    package var checksRemotes = false
    /// `-r`: only this data remote.
    package var remote: String?
    /// `--content`: what is on the remotes is downloaded and hashed.
    package var checksContent = false
    /// `--fast`: files that were read before and have the same times since are not read again.
    package var isFast = false
    package var repairs = false
    package var isDryRun = false
    /// `-j`.
    package var jobs: Int?
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// What is wrong in the cache and on the remotes.
package struct FsckReport: Sendable {
    package struct Finding: Sendable {
        package enum State: String, Sendable {
            /// The content is not what the name says.
            case damaged
            /// What should be a directory's list is none.
            case unlisted = "no-list"
            /// Something needs it, and it is not there.
            case missing
            /// A list that nothing selected needs, with members that are not there.
            case incomplete
            /// Left by a process that ended early.
            case temporary
            /// In a folder for objects, without the name of one.
            case strange
        }

        package enum Outcome: String, Sendable {
            case none
            /// Good content is there now.
            case repaired
            /// The damaged file was moved; nobody had good content for it.
            case setAside = "set-aside"
            case removed
            /// With a dry run: what would be tried.
            case wouldRepair = "would-repair"
        }

        package var state: State
        /// `nil` for what has no object's name.
        package var oid: ObjectID?
        /// Of the out or member that needs it, from the top of the repository; of a file of the cache
        /// that nothing needs, where that is.
        package var path: FilePath?
        package var commit: GitOID?
        /// The remote's name; `nil` for the cache.
        package var remote: String?
        package var words = ""
        package var outcome = Outcome.none

        /// Where the object is, or would be, in the cache and on a remote.
        package var storagePath: FilePath? { oid?.storagePath }

        /// Whether the state is one that must not stay.
        package var isFault: Bool {
            switch state {
            case .damaged, .unlisted, .missing: outcome != .repaired && outcome != .removed
            case .incomplete, .temporary, .strange: false
            }
        }
    }

    package var findings: [Finding] = []
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    /// How many objects the cache has.
    package var objectCount = 0
    /// How many of them were read.
    package var readCount = 0
    /// How many different objects each remote was asked for.
    package var remotes: [(name: String, askedCount: Int)] = []

    package init() {}

    package var isSound: Bool { errors.isEmpty && !findings.contains(where: \.isFault) }
}
