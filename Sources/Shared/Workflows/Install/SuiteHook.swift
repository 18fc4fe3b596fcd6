internal import Basics
internal import Git

/// One of Git's hooks that the suite serves.
enum SuiteHook: String, CaseIterable, Sendable {
    /// The one that the promise depends on: no installation without it.
    case prePush = "pre-push"
    case preCommit = "pre-commit"
    case postCheckout = "post-checkout"
    /// In the place of the one of Git LFS, where that is used.
    case postCommit = "post-commit"
    case postMerge = "post-merge"
    case postRewrite = "post-rewrite"
    /// Git calls it for every ref that moves, so only where something follows pushes
    /// that do not go through the remote helper.
    case referenceTransaction = "reference-transaction"

    /// Those that every installation has.
    static let usual = allCases.filter { $0 != .referenceTransaction && $0 != .postCommit }

    var name: String { rawValue }

    /// The file in `hooks/` that is its text.
    var script: String {
        switch self {
        case .prePush, .preCommit, .postCheckout, .postCommit, .referenceTransaction: name
        case .postMerge, .postRewrite: "post-checkout"
        }
    }

    /// What is missing without it.
    var purpose: String {
        switch self {
        case .prePush: "'git push' uploads nothing"
        case .preCommit: "'git commit' does not say which data is not recorded"
        case .postCheckout: "the data does not follow 'git checkout'"
        case .postCommit: "files that Git LFS can lock do not become read-only"
        case .postMerge: "the data does not follow 'git merge' and 'git pull'"
        case .postRewrite: "the data does not follow 'git rebase'"
        case .referenceTransaction: "nothing happens after pushes that Git makes by itself"
        }
    }
}
