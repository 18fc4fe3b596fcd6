package import Basics
package import Git

/// What a user selects: targets, and the revisions in which they are looked up.
///
/// Source: DVC 3.67, observed (dvc-compat 3.7, 4.1, 4.5).
package struct DataSelection: Sendable, Equatable {
    /// As given, relative to the standpoint; none for everything in its DVC root.
    package var targets: [FilePath] = []
    /// `-d`: with all stages that the selected ones need.
    package var withDependencies = false
    /// `-R`: a directory stands for all metafiles below it.
    package var isRecursive = false
    /// `--glob`: the targets are patterns for paths in the working copy.
    package var isGlob = false
    package var revisions = RevisionSelection()

    package init() {}
}

/// Where the user is, in the working copy.
package struct Standpoint: Sendable, Equatable {
    /// The top of the working copy, absolute and without links.
    package let top: FilePath
    /// The current directory, from the top.
    package let directory: FilePath
    /// The DVC root that it is in, from the top.
    package let root: FilePath

    package init(top: FilePath, directory: FilePath, root: FilePath) {
        self.top = top
        self.directory = directory
        self.root = root
    }
}

/// The revisions that a user selects.
package struct RevisionSelection: Sendable, Equatable {
    /// The metafiles on disk; DVC always looks at them as well.
    package var includesWorkspace = true
    /// `-a`: the tips of local branches.
    package var allBranches = false
    /// `-T`: tags, peeled.
    package var allTags = false
    /// `-A`: every commit that HEAD, a branch, a remote-tracking branch or a tag reaches; no
    /// experiments, no stash.
    package var allCommits = false
    /// Every commit that any ref reaches, experiments included.
    package var allRefs = false
    /// Commits by name, and ranges: `v1`, `main~3..main`.
    package var names: [String] = []
    /// Commits that are known to be here.
    package var commits: [GitOID] = []

    package init() {}

    /// Whether any commit is asked for.
    package var includesCommits: Bool {
        allBranches || allTags || allCommits || allRefs || !names.isEmpty
            || !commits.isEmpty
    }
}
