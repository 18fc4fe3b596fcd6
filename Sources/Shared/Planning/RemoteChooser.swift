internal import Basics
package import DVC
internal import Git

/// Which remote an out goes to, as far as the user has a say in it.
package struct RemoteSelection: Sendable, Equatable {
    /// Takes the place of `core.remote`: `remote.<name>.dvcRemote`.
    package var defaultName: String?
    /// Only this remote (`-r`): outs that belong to another one are left out.
    package var only: String?

    package init(defaultName: String? = nil, only: String? = nil) {
        self.defaultName = defaultName?.lowercased()
        self.only = only?.lowercased()
    }
}

/// Where the object of an out belongs.
package enum RemoteChoice {
    case remote(DVCRemote)
    /// To a remote that was not asked for.
    case notSelected
    /// No remote is configured.
    case none
    case invalid(ConfigError)
}

extension RemoteSelection {
    /// The remote that an out goes to.
    ///
    /// `fallback` is asked for a configuration with the chosen remote (or with any default, for `nil`)
    /// when the out's own has none: a commit from before the remote was set up has data that must be
    /// somewhere, where DVC would leave it nowhere (docs/decisions/0005).
    /// Source: DVC 3.67, observed (dvc-compat 4.4).
    package func choice(
        for collected: CollectedOut, fallback: (_ name: String?) throws -> DVCConfig? = { _ in nil }
    ) throws -> RemoteChoice {
        let own = collected.out.remoteName
        if let only, let own, own != only { return .notSelected }
        let config = collected.configuration.config
        let name = only ?? own ?? defaultName ?? config.defaultRemoteName
        do throws(ConfigError) {
            if let name, config.remoteNames.contains(name) {
                return .remote(try config.remote(named: name))
            }
        } catch {
            return .invalid(error)
        }
        let other = try fallback(name)
        guard let chosen = name ?? other?.defaultRemoteName else { return .none }
        do throws(ConfigError) {
            return .remote(try (other ?? config).remote(named: chosen))
        } catch {
            return .invalid(error)
        }
    }
}
