internal import Basics
internal import Git

/// A setting that is not what it can be.
struct SettingError: UserFacingError {
    let summary: String
}

extension Session {
    /// What is wrong with settings that are then taken for unset, as every command says that transfers or
    /// compares data.
    var settingWarnings: [any UserFacingError] {
        [
            warning("dvc.jobs", "a number of at least 1") { (Int($0) ?? 0) > 0 },
            warning("dvc.indexMaxAge", "a span such as '7.days'") {
                Duration(gitText: $0) != nil
            },
            warning("dvc.pushData", oneOf: ["before", "after", "never"]),
            warning("dvc.checkoutData", oneOf: ["auto", "cache", "never"]),
            warning("dvc.fetchData", oneOf: ["none", "head", "all"]),
            warning("dvc.fetchExps", oneOf: ["tracking", "auto", "none"]),
            warning("dvc.commitCheck", oneOf: ["warn", "refuse", "none"]),
            warning("dvc.progress", "one of auto, true, false") {
                $0.lowercased() == "auto" || config.boolean("dvc.progress") != nil
            },
        ].compactMap(\.self)
    }

    /// The same of those that only pushes of Git and hooks on a server read, which are no such commands.
    var pushSettingWarnings: [any UserFacingError] {
        let limit = "a number of seconds, at least 1"
        let remembered = config.keys.filter { $0.hasPrefix("dvc.") && $0.hasSuffix(".exps") }
        return [
            warning("dvc.pushExps", oneOf: ["none", "follow", "all"]),
            warning("dvc.receiveCheck", oneOf: ["refuse", "warn", "none"]),
            warning("dvc.receiveTimeLimit", limit) { (Int64($0) ?? 0) > 0 },
        ].compactMap(\.self)
            + remembered.sorted().compactMap { warning($0, oneOf: ["unsupported"]) }
    }

    private func warning(_ name: String, oneOf words: [String]) -> (any UserFacingError)? {
        let expected =
            words.count == 1 ? "'\(words[0])'" : "one of \(words.joined(separator: ", "))"
        return warning(name, expected) { words.contains($0.lowercased()) }
    }

    /// `name`: as people write it; Git prints section and key in small letters, and the rest as it is.
    private func warning(
        _ name: String, _ expected: String, _ isValid: (String) -> Bool
    ) -> (any UserFacingError)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let key = parts.count == 2 ? name.lowercased() : name
        guard let value = config[key], !isValid(value) else { return nil }
        return SettingError(
            summary: "\(name) is '\(value)', which is not \(expected); using the default")
    }
}
