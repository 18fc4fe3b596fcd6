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

extension DVCConfig {
    /// Whether it has the remote of this name or, for `nil`, a default one.
    package func knows(_ remote: String?) -> Bool {
        remote.map(remoteNames.contains) ?? (defaultRemoteName != nil)
    }
}

extension CollectedOut {
    /// Whether a push is concerned with the out at all.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 3.2, 3.3): what comes from another repository, what
    /// lives in Git and what must not be pushed is not.
    package var isTransferred: Bool {
        metafileKind != .repositoryImport && out.isCached && out.isPushable
    }
}

/// Choices of remotes that were made: of many outs all go where the first went.
struct RemoteChoices {
    private struct Key: Hashable {
        let root: FilePath
        /// The `.dvc/config`; `nil` on disk, and where there is none.
        let config: GitOID?
        let isWorkspace: Bool
        let name: String?
        let only: String?
    }

    private var known: [Key: RemoteChoice] = [:]

    mutating func choice(
        for collected: CollectedOut, _ selection: RemoteSelection,
        _ choose: () throws -> RemoteChoice
    ) throws -> RemoteChoice {
        let file = collected.root.appending(".dvc/config")
        let key = Key(
            root: collected.root,
            config: collected.needed.sources.last { $0.path == file }?.blob,
            isWorkspace: collected.needed.revision == .workspace, name: collected.out.remoteName,
            only: selection.only)
        if let choice = known[key] { return choice }
        let choice = try choose()
        known[key] = choice
        return choice
    }
}
