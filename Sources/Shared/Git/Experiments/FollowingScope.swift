/// Which experiments go along with a push: the words of `dvc.pushExps` and of `-o dvc.exps=...` (design 7).
package enum FollowingScope: String, Sendable {
    case none
    /// Those of commits that are on the remote then.
    case follow
    case all
}

extension GitConfig {
    /// What `dvc.pushExps` says, in small letters; `nil` where it is not set.
    package var followingSetting: String? { self["dvc.pushexps"]?.lowercased() }

    /// Which experiments the user wants to go along with pushes; what means nothing counts as none.
    package var followingScope: FollowingScope {
        followingSetting.flatMap { FollowingScope(rawValue: $0) } ?? .none
    }

    /// The same for pushes to a remote; `nil` for an address without a name.
    ///
    /// A remote that was found not to take experiments is not asked again.
    package func followingScope(to remote: String?) -> FollowingScope {
        let isRefusing = remote.flatMap { self[Self.refusalKey(of: $0)] }?.lowercased()
        return isRefusing == "unsupported" ? .none : followingScope
    }

    /// Where it is noted, as `unsupported`, that a remote takes no experiments.
    package static func refusalKey(of remote: String) -> String { "dvc.\(remote).exps" }
}
