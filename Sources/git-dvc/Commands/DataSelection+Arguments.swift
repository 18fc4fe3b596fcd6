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

/// The options for what ``Arguments/selection()`` reads, but for `--glob`, which few commands have.
let selectionOptions = [
    OptionDescription("all-branches", "a", "the tips of local branches as well"),
    OptionDescription("all-tags", "T", "tags as well"),
    OptionDescription("all-commits", "A", "every commit of branches and tags as well"),
    OptionDescription("with-deps", "d", "with all stages that the targets need"),
    OptionDescription("recursive", "R", "a directory stands for all metafiles below it"),
]
