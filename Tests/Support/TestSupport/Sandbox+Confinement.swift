package import Basics
internal import Foundation

/// Programs that run with fewer rights, or with a file system of their own.
extension Sandbox {
    /// Runs a program as somebody whom permissions stop: root passes every chmod.
    ///
    /// As root the sandbox belongs to that somebody meanwhile.
    package func runUnprivileged(
        _ program: String, _ arguments: String..., in directory: FilePath,
        environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        guard geteuid() == 0 else {
            return try start(program, arguments, in: directory, environment: environment).wait()
        }
        try run("chown", "-R", "65534:65534", root.string).checked()
        let result = try start(
            "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", program] + arguments,
            in: directory, environment: environment
        ).wait()
        try run("chown", "-R", "0:0", root.string).checked()
        return result
    }

    /// Runs a shell line in which the directory `$1` is a fresh file system in memory.
    ///
    /// Only this program sees it, so it must print what is to be known of it. `options` are those of
    /// mount, such as `size=64k`.
    package func run(
        _ line: String, mounting place: FilePath, _ options: String, in directory: FilePath
    ) throws -> ProcessResult {
        try run(
            "unshare", "-m", "sh", "-c",
            "mount -t tmpfs -o \(options) tmpfs \"$1\" && { \(line); }",
            "sh", place.string, in: directory)
    }

    /// Whether ``run(_:mounting:_:in:)`` works here: it needs Linux and root.
    package static let canMount: Bool = {
        guard let sandbox = try? Sandbox() else { return false }
        let result = try? sandbox.run(
            "true", mounting: sandbox.path("tmp"), "size=64k", in: sandbox.root)
        return result?.succeeded == true
    }()
}
