import Basics

/// Why the conversation with Git cannot go on.
enum HelperError: UserFacingError {
    /// Git said something that no version of it says, as far as we know.
    case malformed(String)
    /// Git's end of the conversation was closed before a command was complete.
    case cutOff
    /// A program of Git's failed and has said why.
    case failed(String)
    /// The program that speaks HTTP for Git ended within an answer.
    case innerEnded
    case option(String)
    case cannotConnect(String)

    var wasTold: Bool {
        if case .failed = self { true } else { false }
    }

    var summary: String {
        switch self {
        case .malformed(let line): "cannot understand what Git asks: \(quoted(line))"
        case .cutOff: "Git ended in the middle of a command"
        case .failed(let what): "\(what) failed"
        case .innerEnded: "Git's own helper for this address ended in the middle of an answer"
        case .option(let what): what
        case .cannotConnect(let what): what
        }
    }

    var advice: String? {
        switch self {
        case .malformed, .cutOff:
            "this program is started by Git, for addresses that begin with 'dvc::'"
        case .failed, .innerEnded, .option, .cannotConnect: nil
        }
    }
}
