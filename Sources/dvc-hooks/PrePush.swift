import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Looks whether the pushed commits touch anything that needs data; if so, `git-dvc` takes over.
///
/// Returns 0 to let Git go on, 1 to stop the push. Does not return when there is work.
func prePush(remote: String, url: String, environment: Environment) -> CInt {
    if environment.isOn("DVC_SKIP") || environment.isOn("DVC_SKIP_PUSH") { return 0 }
    // The remote helper uploads by itself, at a moment when no connection is kept waiting.
    if url.hasPrefix("dvc::") { return 0 }
    do {
        let input = try OpenFile(adopting: dup(0), named: "standard input").readAll(limit: 1 << 30)
        let updates = try RefUpdate.parse(input)
        if updates.allSatisfy({ $0.newOID == nil }) { return 0 }
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        let git = try GitProgram(environment: environment, trace: trace)
        let range = CommitRange(of: updates, to: PushedRemote(argument: remote, url: url))
        guard try range.touches(metafilePathspecs, using: git) else { return 0 }
        guard let program = suiteProgram(named: "git-dvc", environment) else {
            printMessage(
                "error", "cannot upload the DVC data of this push: the program git-dvc is missing")
            printMessage(
                "hint", "install it again, or push without the data: DVC_SKIP_PUSH=1 git push")
            return 1
        }
        let parent = parentCommandLine().flatMap { PushCommandLine($0) }
        var options = ["--stdin"]
        if parent?.isDryRun == true { options.append("--dry-run") }
        if parent?.isQuiet == true { options.append("--quiet") }
        let command = Command(
            program, ["push"] + options + ["--", remote, url],
            environment: environment)
        trace.log("run \(command.line)")
        printError(command.replaceProcess(input: input))
        return 1
    } catch {
        printError(error)
        return 1
    }
}
