import Basics
import TestSupport

/// The helper in a folder of its own, beside a `git-dvc` that waits when it is to upload the data of a
/// push: what happens meanwhile is up to the test.
struct HeldPrograms {
    enum Moment: String { case before, after }

    private let sandbox: Sandbox
    private let folder: FilePath

    /// `moment`: whether it waits before it uploads, or when all is there and the refs are next.
    init(_ name: String, in sandbox: Sandbox, waiting moment: Moment) throws {
        self.sandbox = sandbox
        folder = sandbox.path("held-\(name)")
        try createDirectories(folder)
        let programs = try Sandbox.installedPrefix().appending("bin")
        // git-dvc is looked for beside the helper.
        try sandbox.run("cp", "\(programs)/git-remote-dvc", folder.string).checked()
        try sandbox.run("mkfifo", "begun", "go", in: folder).checked()
        let wait = "echo >'\(folder)/begun'; read -r line <'\(folder)/go'"
        try sandbox.write(
            Array(
                """
                #!/bin/sh
                case " $* " in *' --stdin '*) ;; *) exec '\(programs)/git-dvc' "$@" ;; esac
                \(moment == .before ? wait : "")
                '\(programs)/git-dvc' "$@"
                status=$?
                \(moment == .after ? wait : "")
                exit $status

                """.utf8), to: folder.appending("git-dvc"), mode: 0o755)
    }

    /// Starts `git push` with these arguments and returns once it is held.
    func startPush(
        _ arguments: [String], in directory: FilePath, environment: [String: String?] = [:]
    ) throws -> RunningProcess {
        var variables = environment
        variables["PATH"] = "\(folder):\(sandbox.environment["PATH"] ?? "")"
        let push = try sandbox.start(
            "git", ["push"] + arguments, in: directory, environment: variables)
        try sandbox.run("cat", "begun", in: folder).checked()
        return push
    }

    /// Lets it go on.
    func letGo() throws { try sandbox.run("sh", "-c", "echo >go", in: folder).checked() }
}
