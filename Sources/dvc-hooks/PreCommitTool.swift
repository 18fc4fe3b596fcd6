import Basics
import Git

/// The same for a push of which the tool `pre-commit` tells, which passes no refs on.
///
/// It reads them itself and names the first in variables, so the others have to be guessed: every
/// local branch that is not on the remote counts as pushed.
/// Source: pre-commit 4.7, observed (design 7).
func prePushFromPreCommit(environment: Environment) -> CInt {
    if environment.isOn("DVC_SKIP") || environment.isOn("DVC_SKIP_PUSH") { return 0 }
    guard let remote = environment.nonEmpty("PRE_COMMIT_REMOTE_NAME"),
        let url = environment.nonEmpty("PRE_COMMIT_REMOTE_URL")
    else {
        // `pre-commit run --hook-stage pre-push`, by hand or in CI.
        printMessage(
            "note", "nothing is being pushed; 'git dvc push' uploads the data of the workspace")
        return 0
    }
    if HelperAddress(url) != nil { return 0 }
    do {
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        let git = try GitProgram(environment: environment, trace: trace)
        let target = PushedRemote(argument: remote, url: url)
        let named = try namedUpdate(environment, git)
        let others = try unpushedBranches(named, target, git)
        let updates = (named.map { [$0] } ?? []) + others
        var push = Push(
            remote: remote, url: url, updates: updates, input: updates.flatMap(\.hookLine))
        let beyond = CommitRange(
            tips: others.compactMap(\.newOID), excluded: named?.newOID.map { [$0] } ?? [],
            remoteName: target.name)
        if try beyond.touches(pushPathspecs, using: git) {
            push.note =
                "pre-commit names only one of the pushed refs, so this is for all local branches "
                + "that are not on '\(remote)'; the hook of 'git dvc install' knows the refs"
        }
        return try upload(for: push, environment)
    } catch {
        printError(error)
        return 1
    }
}

/// The one ref that pre-commit names.
private func namedUpdate(_ environment: Environment, _ git: GitProgram) throws -> RefUpdate? {
    func oid(_ variable: String) -> GitOID? {
        environment.nonEmpty(variable).flatMap { GitOID($0) }
    }
    let source = environment.nonEmpty("PRE_COMMIT_LOCAL_BRANCH")
    var new = oid("PRE_COMMIT_TO_REF")
    if new == nil, let source {
        // Of a history that is new from its root on, only the name is told.
        let command = git.command(["rev-parse", "--verify", "--quiet", "--end-of-options", source])
        let answer = try command.run().output
        new = GitOID(String(decoding: answer, as: UTF8.self).dropLast())
    }
    guard let new else { return nil }
    return RefUpdate(
        localName: source ?? new.hex, newOID: new,
        remoteRef: environment.nonEmpty("PRE_COMMIT_REMOTE_BRANCH") ?? "refs/heads/unknown",
        // What the remote has, also for a new branch: a parent of the first commit that it has not.
        oldOID: oid("PRE_COMMIT_FROM_REF"))
}

/// The local branches with commits that no tracking ref of the remote has, but for the named one.
private func unpushedBranches(
    _ named: RefUpdate?, _ remote: PushedRemote, _ git: GitProgram
) throws -> [RefUpdate] {
    func lines(_ arguments: [String]) throws -> [Substring] {
        let output = try git.command(arguments).outputIfSuccessful()
        return String(decoding: output, as: UTF8.self).split(separator: "\n")
    }
    let exclusion = remote.name.map { ["--not", "--glob=refs/remotes/\($0)/*"] } ?? []
    let unpushed = Set(try lines(["rev-list", "--branches"] + exclusion))
    if unpushed.isEmpty { return [] }
    let branches = try lines(["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads"])
    return branches.compactMap { line in
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, unpushed.contains(parts[0]), let oid = GitOID(parts[0]),
            oid != named?.newOID
        else { return nil }
        let ref = String(parts[1])
        return RefUpdate(localName: ref, newOID: oid, remoteRef: ref, oldOID: nil)
    }
}
