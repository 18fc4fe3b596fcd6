/// Where a push goes, as Git tells a pre-push hook.
package struct PushedRemote: Equatable, Sendable {
    /// The configured remote's name; `nil` when the user gave a URL or a path.
    package let name: String?
    package let url: String

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
