/// The command line of a `git clone`, as far as it says how its submodules are brought.
///
/// What is not known to leave them as they are makes it `nil`, and so do shortened options: nobody
/// shall get other submodules than they asked for.
/// Source: git-clone(1); Git 2.39 `builtin/clone.c`, the end of `checkout`.
package struct CloneCommandLine: Equatable, Sendable {
    /// The options that `git clone` gives to `git submodule update`.
    package let submoduleOptions: [String]

    /// Options without a value that change nothing about submodules.
    private static let plain: Set<String> = [
        "-l", "--local", "--no-local", "--no-hardlinks", "-s", "--shared", "-v", "--verbose",
        "--progress", "--no-progress", "--dissociate", "--no-tags", "--tags", "--sparse",
        "--recurse-submodules", "--recursive", "--no-shallow-submodules", "--no-remote-submodules",
        "--reject-shallow", "--no-reject-shallow", "--no-checkout", "-n",
    ]
    /// Options whose value is the next word, or follows `=`, and that change nothing either.
    private static let valued: Set<String> = [
        "-o", "--origin", "-b", "--branch", "-u", "--upload-pack", "-c", "--config",
        "--server-option", "--template", "--separate-git-dir", "--reference",
        "--reference-if-able", "--bundle-uri",
    ]
    /// Options of `git` itself whose value is the next word.
    private static let ofGit: Set<String> = ["-C", "-c", "--git-dir", "--work-tree", "--exec-path"]

    /// Returns `nil` unless the words are `git … clone …`, and all is understood.
    package init?(_ words: [String]) {
        var rest = words[...]
        guard rest.popFirst()?.split(separator: "/").last == "git" else { return nil }
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if Self.ofGit.contains(word) { _ = rest.popFirst() }
        }
        guard rest.popFirst() == "clone" else { return nil }
        var options: [String] = []
        var isSingle = false
        while let word = rest.popFirst(), word != "--" {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            func value() -> String? { parts.count > 1 ? parts[1] : rest.popFirst() }
            switch parts.first ?? "" {
            case _ where !word.hasPrefix("-"): continue
            case "-q", "--quiet": options.append("--quiet")
            case "-j", "--jobs":
                guard let value = value() else { return nil }
                options.append("--jobs=\(value)")
            case "--shallow-submodules": options.append("--depth=1")
            case "--remote-submodules": options += ["--remote", "--no-fetch"]
            case "--single-branch": isSingle = true
            case "--no-single-branch": isSingle = false
            case "--depth", "--shallow-since", "--shallow-exclude":
                _ = value()
                isSingle = true
            case let name where Self.valued.contains(name): _ = value()
            case let name where Self.plain.contains(name): continue
            default: return nil
            }
        }
        submoduleOptions = options + [isSingle ? "--single-branch" : "--no-single-branch"]
    }
}
