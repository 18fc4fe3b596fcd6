import Basics
import Git

/// Looks whether there can be data that differs from what the metafiles say; if so, `git-dvc` tells.
///
/// Nothing blocks the commit here: what git-dvc finds is said, and only `dvc.commitCheck` makes it
/// refuse.
func preCommit(environment: Environment) -> CInt {
    if answeredProbe(environment) { return 0 }
    if environment.isOn("DVC_SKIP") { return 0 }
    do {
        let top = try FilePath.currentDirectory()
        guard let directory = gitDirectory(at: top, environment) else { return 0 }
        // The data is then that of another commit, on purpose.
        if OperationInProgress.isRebase(directory) { return 0 }
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        // The usual place says enough: to ask Git costs as much as all else that is done here.
        let git = try GitProgram(environment: environment, trace: trace)
        if !fileExists(top.appending(".dvc/config")) {
            if try MetafileSnapshot(ofCurrentDirectory: top, using: git).isEmpty { return 0 }
        }
        throw becomeGitDVC(
            ["git-hook", "pre-commit"], asking: try FirstQuestions(at: top, using: git),
            environment, trace)
    } catch {
        printMessage("warning", "cannot compare the DVC data: \(summary(of: error))")
    }
    return 0
}
