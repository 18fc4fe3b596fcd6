extension GitConfig {
    /// Whether every push to a remote by its name comes to our remote helper; where there is no remote yet,
    /// whether our settings wait for one.
    ///
    /// A remote that some rule leads elsewhere, or one with a `pushurl`, to which no rule for pushes applies,
    /// makes it `false`; so does what cannot be told, as two rules of the same length.
    /// Source: git-config(1), `url.<base>.pushInsteadOf`; Git 2.39 `remote.c`, `alias_all_urls`.
    package var leadsPushesToHelper: Bool {
        let remotes = Set(keys.compactMap(remoteWithAddress))
        if remotes.isEmpty {
            return keys.contains { key in
                key.hasPrefix("url.") && key.hasSuffix(".pushinsteadof")
                    && HelperAddress(String(key.dropFirst("url.".count))) != nil
            }
        }
        let rules = URLRewriting(self, includingOurs: true)
        return remotes.allSatisfy { name in
            if let helper = self["remote.\(name).vcs"] { return helper == "dvc" }
            let forPushes = values("remote.\(name).pushurl")
            let addresses = forPushes.isEmpty ? values("remote.\(name).url") : forPushes
            return addresses.allSatisfy {
                HelperAddress(rules.address($0, isPush: forPushes.isEmpty)) != nil
            }
        }
    }

    /// The remote that a key gives an address, or our helper.
    private func remoteWithAddress(_ key: String) -> String? {
        let section = "remote."
        guard key.hasPrefix(section),
            let variable = [".url", ".pushurl", ".vcs"].first(where: key.hasSuffix),
            key.utf8.count > section.utf8.count + variable.utf8.count
        else { return nil }
        return String(key.dropFirst(section.count).dropLast(variable.count))
    }
}
