import Basics
import Workflows

/// How the program was called.
struct Invocation: Sendable {
    let environment: Environment
    let directory: FilePath
    /// What was asked before the command was known in full, for a command of ``SessionStart``.
    var start: SessionStart?

    /// `asked`: what a hook has asked Git already.
    func session(isHook: Bool = false, asked: String? = nil) throws -> Session {
        try Session(at: directory, environment: environment, isHook: isHook, asked: asked)
    }
}

/// The version of the suite.
let version = "0.1.0"

/// Exit codes of real DVC, which scripts know (dvc-compat 4.2).
enum ExitCode {
    static let failure: CInt = 1
    static let unexpected: CInt = 255
    static let usage: CInt = 254
    static let notARepository: CInt = 253
    static let configuration: CInt = 251
}
