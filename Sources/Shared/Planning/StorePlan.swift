package import Basics
package import DVC
package import Digests
package import Git

/// What one data remote must have after a push, less what is recorded as being there.
package struct StorePlan: Sendable {
    package let remote: DVCRemote
    /// Where the objects come from; `nil` when the repository has no working copy and so no cache.
    package let cacheDirectory: FilePath?
    /// Every out that was found, in the order of the commits, newest first; an object may occur often.
    package var outs: [NeededOut] = []
    /// Files to ask for, each once.
    package var files: [ObjectID] = []
    /// Directories to ask for, each once.
    package var directories: [PlannedDirectory] = []
    /// Outs that are recorded as being there, directories with all their members.
    package var recorded: [ObjectID] = []
    /// Outs of which a part is meant that their list does not have.
    package var withoutMember: [NeededOut] = []
    /// Recorded directories whose members are taken to be there when they occur in another one.
    package var bases: [ObjectID] = []

    /// Whether there is nothing left to ask the store for.
    package var isSatisfied: Bool { files.isEmpty && directories.isEmpty }
}

/// A directory object that must be on a remote, and its members.
package struct PlannedDirectory: Sendable {
    package let oid: ObjectID
    /// The list from the cache; `nil` when the cache has none that is intact.
    package let listing: DirectoryListing?
    /// The members to ask for, as indices of the list: those that no recorded list has.
    package let wantedMembers: [Int]
    /// The members that are meant, when not all are: the others are not uploaded, and the list only
    /// when they are there.
    package var meantMembers: Set<Int>?
    /// Why the cache's list is not intact; `nil` when there is none at all.
    package let flaw: String?
}

/// Objects that a plan takes to be in a store because they are recorded.
package struct Belief: Sendable {
    package let remote: DVCRemote
    package let oids: [ObjectID]
}

/// Everything a push must do, and what stands in its way.
package struct PushPlan: Sendable {
    package var stores: [StorePlan] = []
    package var problems: [PlanProblem] = []
    /// Things to tell the user that hinder nothing.
    package var notes: [String] = []
    /// Things to tell the user in any case, that hinder nothing either.
    package var warnings: [any UserFacingError] = []
    /// The commits that are pushed, each once; none for a push of the workspace.
    package var tips: [GitOID] = []
    /// The commit of each pushed oid, which may be a tag's; one of anything else has none.
    package var commits: [GitOID: GitOID] = [:]
    /// What the plan rests on besides what the stores will be asked.
    package var beliefs: [Belief] = []
    /// Whether all outs of each tip were looked at, or are known to be there.
    package var coversTips = false
    /// Whether the same is true of the tips' whole history.
    package var coversHistory = false
}
