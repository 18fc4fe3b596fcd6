/// The rules by which a user's `url.<base>.insteadOf` and `pushInsteadOf` change an address.
///
/// Git applies its rules once. Where one of ours (`url.dvc::<x>.pushInsteadOf`, ``HelperAddress``) was that one, those of
/// the user are still to be applied, or the push would go elsewhere than without us.
/// Source: git-config(1); Git 2.39 `remote.c`, `alias_url`.
package struct URLRewriting: Sendable {
    private struct Rule: Sendable {
        let prefix: String
        let base: String
    }

    private let always: [Rule]
    private let forPush: [Rule]

    /// Takes the user's rules.
    ///
    /// `includingOurs`: also those that lead to us; of two for the same addresses the user's counts then.
    package init(_ config: GitConfig, includingOurs: Bool = false) {
        func rules(_ variable: String) -> [Rule] {
            let all = config.keys.filter { $0.hasPrefix("url.") && $0.hasSuffix(".\(variable)") }
                .flatMap { key -> [Rule] in
                    let base = String(key.dropFirst(4).dropLast(variable.count + 1))
                    return config.values(key).map { Rule(prefix: $0, base: base) }
                }
            let users = all.filter { HelperAddress($0.base) == nil }
            return includingOurs ? users + all.filter { HelperAddress($0.base) != nil } : users
        }
        always = rules("insteadof")
        forPush = rules("pushinsteadof")
    }

    /// The address that Git would use in place of this one.
    package func address(_ text: String, isPush: Bool) -> String {
        (isPush ? rewritten(text, forPush) : nil) ?? rewritten(text, always) ?? text
    }

    /// The longest match counts, of two as long the first.
    private func rewritten(_ text: String, _ rules: [Rule]) -> String? {
        let match = rules.filter { text.hasPrefix($0.prefix) }
            .max { $0.prefix.utf8.count < $1.prefix.utf8.count }
        return match.map { $0.base + text.dropFirst($0.prefix.count) }
    }
}
