package import Basics

/// Where a push goes, as Git tells a pre-push hook.
package struct PushedRemote: Equatable, Sendable {
    /// The configured remote's name; `nil` when the user gave a URL or a path.
    package let name: String?
    package let url: String
    /// Whether the tracking refs are known to tell of commits that the remote has lost, or of which it lacks
    /// the data.
    package private(set) var hasStaleRefs = false

    /// The same when its tracking refs do not tell whether the data of their commits is there.
    package var withoutTrackingRefs: PushedRemote {
        var remote = self
        remote.hasStaleRefs = true
        return remote
    }

    /// Takes a hook's two arguments, which are equal when there is no name.
    ///
    /// A name may contain slashes, as paths do; only the comparison tells them apart. What a ref
    /// pattern would take for a wildcard is in no name (git-check-ref-format(1)).
    package init(argument: String, url: String) {
        let isName = argument != url && !argument.utf8.contains { ":*?[\\ ".utf8.contains($0) }
        name = isName ? argument : nil
        self.url = url
    }
}

extension PushedRemote {
    /// The same with what the push itself tells about the tracking refs.
    ///
    /// A branch that is tracked and that the remote does not have was deleted there, or the whole
    /// remote was made anew: then no tracking ref says what it has. Asks Git only when a branch is
    /// new to the remote.
    package func checked(
        for updates: [RefUpdate], using git: GitProgram
    ) throws(SubprocessError) -> PushedRemote {
        guard let name else { return self }
        let prefix = "refs/heads/"
        let tracked = updates.filter {
            $0.oldOID == nil && $0.newOID != nil && $0.remoteRef.hasPrefix(prefix)
        }.map { "refs/remotes/\(name)/\($0.remoteRef.dropFirst(prefix.count))" }
        if tracked.isEmpty { return self }
        // A branch's name holds no wildcard.
        let found = try git.command(["for-each-ref", "--format=%(refname)"] + tracked)
            .outputIfSuccessful()
        let names = Set(
            found.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
        var checked = self
        checked.hasStaleRefs = !names.isDisjoint(with: tracked)
        return checked
    }
}
