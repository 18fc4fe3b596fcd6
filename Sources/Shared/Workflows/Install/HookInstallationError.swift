package import Basics

/// Why hooks were not installed.
package enum HookInstallationError: UserFacingError {
    /// A hook that we did not write is there.
    case foreignHook(name: String, path: FilePath, program: FilePath)
    /// `--chain` would have to overwrite a hook that was chained before.
    case chainedTwice(FilePath)
    /// A framework makes the hook anew, so what is put there does not last.
    case managed(by: HookFramework, path: FilePath)
    /// `core.hooksPath` points nowhere.
    case hooksTurnedOff(FilePath)
    case missingPart(String)

    package var summary: String {
        switch self {
        case .foreignHook(let name, let path, _): "the hook '\(name)' already exists: '\(path)'"
        case .chainedTwice(let path):
            "'\(path)' already exists, so the hook beside it cannot be chained"
        case .managed(let framework, let path):
            "no hook was installed: '\(path)' belongs to \(framework.rawValue)"
        case .hooksTurnedOff(let path): "hooks are turned off: core.hooksPath is '\(path)'"
        case .missingPart(let name): "a part of this installation is missing: \(name)"
        }
    }

    package var advice: String? {
        switch self {
        case .foreignHook(let name, _, let program):
            "run 'git dvc install --chain' to keep it and run it first, or add this line to it, with "
                + "its standard input: '\(program)' \(name) \"$@\""
        case .chainedTwice: "join the two hooks by hand, then run the command again"
        case .managed(.husky, _): "add this line to '.husky/pre-push':"
        case .managed(let framework, _):
            "add this to '\(framework.configurationFiles(for: .prePush)[0])'"
                + (framework == .preCommit
                    ? ", or run 'git dvc install --chain' to have our hook run first:" : ":")
        case .hooksTurnedOff: "unset core.hooksPath, then run the command again"
        case .missingPart: "run install.sh again"
        }
    }

    /// Whether a file of somebody else's is in the way, and nothing more.
    var isAboutOthers: Bool {
        switch self {
        case .foreignHook, .managed: true
        case .chainedTwice, .hooksTurnedOff, .missingPart: false
        }
    }

    /// Why a hook that one can do without was not installed.
    func note(on hook: String) -> String {
        switch self {
        case .managed(let framework, _): "\(framework.rawValue) does not run the hook '\(hook)'"
        case .foreignHook, .chainedTwice, .hooksTurnedOff, .missingPart: summary
        }
    }

    /// The rest of such a note.
    var remedy: String? {
        switch self {
        case .foreignHook: "; 'git dvc install --chain' keeps that hook and runs ours too"
        case .chainedTwice: "; join the two hooks by hand"
        case .managed, .hooksTurnedOff, .missingPart: nil
        }
    }

    /// Whole lines that belong into a file, to be printed as they are.
    package var addition: String? {
        if case .managed(let framework, _) = self { framework.addition } else { nil }
    }
}
