package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension PushNote {
    /// The notes of pushes that are over, though the data of what they moved may be missing: they were
    /// killed, the power went, or the data could not be uploaded.
    ///
    /// Other notes of pushes that are over are of no use to anybody and are removed: the server refused, or
    /// nothing was to be uploaded. `gitDirectory`: of one worktree.
    package static func takeLeft(
        in gitDirectory: FilePath
    ) throws(SystemError) -> [(file: FilePath, note: PushNote)] {
        let folder = gitDirectory.appending("dvc")
        guard directoryExists(folder) else { return [] }
        var left: [(file: FilePath, note: PushNote)] = []
        for name in try directoryEntries(folder) where name.string.hasPrefix(filePrefix) {
            guard let process = pid_t(name.string.dropFirst(filePrefix.count)),
                !isPushing(process)
            else { continue }
            let file = folder.appending(name)
            if let note = try readFileIfPresent(file).flatMap({ PushNote($0) }), note.uploadsData {
                left.append((file, note))
            } else {
                try removeFile(file)
            }
        }
        return left
    }

    /// Whether a process may be one that leaves notes.
    ///
    /// After a restart its number is soon that of some other program.
    private static func isPushing(_ process: pid_t) -> Bool {
        if kill(process, 0) != 0, errno == ESRCH { return false }
        guard let words = commandLine(of: process) else { return true }
        let program = words.first.map { FilePath($0).lastComponent.string } ?? ""
        return PushCommandLine(words) != nil || program.hasPrefix("git-remote-dvc")
    }

    /// Has `git-dvc` upload what pushes left that are over, of any worktree, if there is any; what goes
    /// wrong is only said.
    ///
    /// `options`: asked only if there is something; what to tell git-dvc, `nil` to leave it.
    package static func uploadLeft(
        _ environment: Environment, _ trace: Trace, options: () -> [String]?
    ) {
        do {
            let common = try commonDirectory(of: environment.gitDirectoryOfHook)
            let isNothingLeft = try worktreeDirectories(of: common).allSatisfy { directory in
                try takeLeft(in: directory).isEmpty
            }
            if isNothingLeft { return }
            guard let options = options() else { return }
            let command = Command(
                try requiredProgram(named: "git-dvc", environment),
                ["git-hook", "late-data"] + options, environment: environment)
            trace.log("run \(command.line)")
            // Standard output may be Git's.
            var child = try command.start(output: .descriptor(2), errorOutput: .inherit)
            _ = child.wait()
        } catch {
            printMessage("warning", "of an earlier push: \(summary(of: error))")
        }
    }
}

extension Environment {
    /// The Git directory as Git tells hooks and remote helpers, and as the text of our hook finds it.
    package var gitDirectoryOfHook: FilePath { FilePath(nonEmpty("GIT_DIR") ?? ".git") }
}
