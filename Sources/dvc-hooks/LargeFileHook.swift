import Basics
import Git

/// What Git LFS does in a hook, where ours is in the place of its own.
///
/// Git LFS puts its hooks into a repository when the first of its files is added or checked out, and
/// gives up at the first that is there without a word. Where ours came first, as in
/// `git clone dvc::<url>`, pushes would publish pointers to files that nobody but the pusher has, and
/// files that nobody has locked could be changed.
struct LargeFileHook {
    private let name: String
    private let environment: Environment
    private let git: GitProgram

    /// `nil` where Git LFS was not used yet, has its own hook, or a framework for hooks has ours.
    init?(_ name: String, _ environment: Environment) throws {
        guard let path = environment.nonEmpty("GIT_DVC_HOOK"), !path.hasSuffix(".legacy") else {
            return nil
        }
        let here = try FilePath.currentDirectory()
        let folder = here.appending(FilePath(path)).parent
        // The usual place, which need not be asked for.
        var directory = folder.parent
        let isUsual = fileExists(directory.appending("objects"))
        if isUsual, !fileExists(directory.appending("lfs")) { return nil }
        git = try GitProgram(
            environment: environment, trace: Trace(setting: environment["GIT_DVC_TRACE"]))
        if !isUsual {
            let answer = try git.command(["rev-parse", "--git-common-dir"]).outputIfSuccessful()
            directory = here.appending(
                FilePath(String(decoding: answer.dropLast(), as: UTF8.self)))
        }
        let kept = folder.appending("\(name).git-dvc-chained")
        guard fileExists(directory.appending("lfs")),
            try readFileIfPresent(kept, limit: 1 << 20)
                .map({ !String(decoding: $0, as: UTF8.self).contains("lfs") }) ?? true
        else { return nil }
        self.name = name
        self.environment = environment
    }

    /// What its own hook does after a commit, a merge or a checkout: files that must be locked to be
    /// changed become read-only.
    ///
    /// The Git command is done, so what goes wrong is only said.
    func run(_ arguments: [String]) {
        guard environment.program(named: "git-lfs") != nil else { return }
        let command = Command(git.path, ["lfs", name] + arguments, environment: environment)
        git.trace.log("run \(command.line)")
        do {
            var child = try command.start(output: .descriptor(2), errorOutput: .inherit)
            _ = child.wait()
        } catch {
            printMessage("warning", "cannot run the hook of Git LFS: \(summary(of: error))")
        }
    }

    /// Does in a push what its own hook would do; returns the exit status.
    ///
    /// `input`: the refs as Git writes them to a hook.
    func push(remote: String, url: String, input: [UInt8]) throws -> CInt {
        guard environment.program(named: "git-lfs") != nil else {
            printMessage(
                "warning",
                "Git LFS was used here, but 'git-lfs' is not on PATH: its files are not uploaded")
            return 0
        }
        var environment = environment
        var words = [remote, url]
        if let inner = HelperAddress(url)?.inner {
            // Git LFS knows no address of ours, and obeys the rules that lead to them: the longest wins.
            let count = environment.nonEmpty("GIT_CONFIG_COUNT").flatMap { Int($0) } ?? 0
            environment["GIT_CONFIG_COUNT"] = String(count + 1)
            environment["GIT_CONFIG_KEY_\(count)"] = "url.\(inner).pushInsteadOf"
            environment["GIT_CONFIG_VALUE_\(count)"] = inner
            words = [remote == url ? inner : remote, inner]
        }
        let command = Command(git.path, ["lfs", "pre-push"] + words, environment: environment)
        git.trace.log("run \(command.line)")
        var child = try command.start(
            input: .pipe, output: .descriptor(2), errorOutput: .inherit)
        // Whoever failed need not have read all of it.
        if let pipe = child.input.take() { try? pipe.write(input) }
        let status = child.wait()
        if status.isSuccess { return 0 }
        printMessage("error", "the files of Git LFS were not uploaded")
        printMessage("hint", "see what 'git lfs' said above, then push again")
        return 1
    }
}
