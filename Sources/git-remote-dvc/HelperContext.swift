import Basics
import Git

/// Where a conversation is about, and what it needs to know of its surroundings.
struct HelperContext {
    /// The name of the configured remote; `nil` when the user gave an address.
    let name: String?
    let address: RemoteAddress
    /// As Git gave it to us: what we start for it must see the same.
    let environment: Environment
    /// For our own questions.
    let git: GitProgram
    let config: GitConfig
    let trace: Trace
    let preparation: Preparation

    /// `argument`, `address`: as Git gives them (git-integration 1.1).
    init(argument: String, address: String, _ environment: Environment) throws {
        trace = Trace(setting: environment["GIT_DVC_TRACE"])
        git = try GitProgram(environment: environment, trace: trace)
        config = try GitConfig(using: git)
        preparation = Preparation(git)
        self.environment = environment
        let typed = HelperAddress(argument)
        let isTyped = typed != nil
        let word = typed?.inner ?? argument
        // Git cuts `dvc::` off, but leaves a scheme of ours in place.
        let isOurs = address.hasPrefix("dvc+")
        let address = isOurs ? HelperAddress(address)?.inner ?? address : address
        let known = config["remote.\(word).url"]
        let isChosen = config["remote.\(word).vcs"] != nil
        name = !isTyped && (known != nil || isChosen) ? word : nil
        // With `vcs` Git has applied the user's rules, else only the one that led here.
        var text = address
        if isChosen, let inner = HelperAddress(address)?.inner {
            text = URLRewriting(config).address(inner, isPush: true)
        } else if !isChosen {
            let configured = [known] + config.values("remote.\(word).pushurl")
            let isNamed = isTyped || configured.contains { $0.flatMap { HelperAddress($0) } != nil }
            // Without the prefix in sight, a rule for pushes has put it there.
            text = URLRewriting(config).address(address, isPush: !isNamed)
        }
        self.address = try RemoteAddress(text)
    }

    /// The remote's name, or the address; what hooks and `git dvc push` call the remote.
    var remote: String { name ?? shownAddress }

    /// The address without a password.
    var shownAddress: String { withoutPassword(address.url) }

    /// For messages.
    var shownName: String { name ?? shownAddress }

    /// A program of Git's that talks to the remote in our place, and to the user in their language.
    func gitCommand(_ arguments: [String]) -> Command {
        let command = Command(git.path, arguments, environment: environment)
        var shown = command
        shown.arguments = arguments.map { $0.replacing(address.url, with: shownAddress) }
        trace.log("run \(shown.line)")
        return command
    }

    /// Says of a program of Git's that was killed what it could not say itself.
    static func tellEnd(of name: String, _ status: ExitStatus) {
        guard case .signalled(let signal) = status else { return }
        printMessage("error", "\(name) died of signal \(signal)")
    }

    /// Throws when Git's settings forbid the transport.
    func checkPolicy() throws {
        let transport = address.transport.policyName
        guard ProtocolPolicy(config, environment).allows(transport) else {
            throw ForbiddenProtocolError(transport)
        }
    }
}
