import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Refuses a push whose data is not on its data remote: what a server runs before it takes refs.
///
/// Returns 0 to take the push, 1 to refuse it. `git-dvc` looks, for a limited time; its words reach the
/// user as `remote: ...`. Works on what is in quarantine, as Git's variables are passed on.
/// Source: githooks(5), "pre-receive"; git-receive-pack(1), "Quarantine Environment".
func preReceive(environment: Environment) -> CInt {
    if environment.isOn("DVC_SKIP") { return 0 }
    var settings = ReceiveSettings()
    do {
        return try receive(environment, &settings)
    } catch {
        printMessage(settings.action == .warn ? "warning" : "error", summary(of: error))
        if settings.action == .warn { return 0 }
        printMessage("hint", "the push was not looked at, and so is refused (dvc.receiveCheck)")
        return 1
    }
}

private func receive(
    _ environment: Environment, _ settings: inout ReceiveSettings
) throws -> CInt {
    let git = try GitProgram(
        environment: environment, trace: Trace(setting: environment["GIT_DVC_TRACE"]))
    let input = try OpenFile(adopting: dup(0), named: "standard input").readAll(limit: 1 << 30)
    let updates = try RefUpdate.parse(received: input)
    guard updates.contains(where: { $0.newOID != nil }) else { return 0 }
    settings = try ReceiveSettings(git)
    if settings.action == .none { return 0 }
    guard try CommitRange(received: updates).touches(pushPathspecs, using: git) else { return 0 }
    guard let program = suiteProgram(named: "git-dvc", environment) else {
        throw ReceiveError(summary: "the program git-dvc is missing on the server")
    }
    let command = Command(program, ["git-hook", "pre-receive"], environment: environment)
    guard let result = try command.run(within: settings.limit, input: input) else {
        throw ReceiveError(
            summary: "the data remote was not asked within \(settings.limit.components.seconds) s "
                + "(dvc.receiveTimeLimit)")
    }
    write(String(decoding: result.errorOutput, as: UTF8.self), to: 2)
    return result.status.isSuccess || settings.action == .warn ? 0 : 1
}

/// What the server's Git configuration says of pushes without their data.
private struct ReceiveSettings {
    enum Action: String { case refuse, warn, none }

    var action = Action.refuse
    /// How long `git-dvc` may take.
    var limit = Duration.seconds(30)

    init() {}

    /// A value that means nothing counts as the default.
    init(_ git: GitProgram) throws(SubprocessError) {
        func value(_ name: String) throws(SubprocessError) -> String? {
            let result = try git.command(["config", "--get", name]).run()
            guard result.status.isSuccess else { return nil }
            return String(decoding: result.output, as: UTF8.self).lowercased()
                .split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        action = try value("dvc.receiveCheck").flatMap(Action.init) ?? .refuse
        if let seconds = try value("dvc.receiveTimeLimit").flatMap({ Int64($0) }), seconds > 0 {
            limit = .seconds(min(seconds, 86400))
        }
    }
}

private struct ReceiveError: UserFacingError {
    let summary: String
}
