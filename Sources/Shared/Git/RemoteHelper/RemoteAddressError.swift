internal import Basics

/// An address that the remote helper does not touch.
package struct RemoteAddressError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        case empty
        case looksLikeOption
        case controlCharacter
        /// Bytes that are no UTF-8.
        case notText
        /// Another helper, such as `ext::`, which runs any command.
        case helper
        case scheme(String)
        case noPath
        case badHost
        case badPort
    }

    package let address: String
    package let reason: Reason

    package var summary: String {
        let what =
            switch reason {
            case .empty: "there is no address"
            case .looksLikeOption: "a part of it begins with '-'"
            case .controlCharacter: "there is a control character in it"
            case .notText: "it is no UTF-8"
            case .helper: "it names another remote helper"
            case .scheme(let name): "nothing is known about '\(name)://'"
            case .noPath: "there is no path in it"
            case .badHost: "there is no host in it"
            case .badPort: "its port is no number"
            }
        return "cannot use the Git address '\(withoutPassword(address))': \(what)"
    }

    package var advice: String? {
        switch reason {
        case .helper, .scheme:
            "'dvc::' goes before a path or a URL with file, ssh, git, http or https"
        case .controlCharacter, .notText:
            "'git dvc install --hooks-only' leaves such addresses to Git alone"
        default: "see 'man git-remote-dvc' for the addresses that can follow 'dvc::'"
        }
    }
}
