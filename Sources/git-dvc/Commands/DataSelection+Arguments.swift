import Basics
import Planning

extension Arguments {
    /// What the options and words that push, fetch and status share select.
    func selection() -> DataSelection {
        var selection = DataSelection()
        selection.targets = positionals.map { FilePath($0) }
        selection.withDependencies = has("with-deps")
        selection.isRecursive = has("recursive")
        selection.isGlob = has("glob")
        selection.revisions.allBranches = has("all-branches")
        selection.revisions.allTags = has("all-tags")
        selection.revisions.allCommits = has("all-commits")
        return selection
    }
}
