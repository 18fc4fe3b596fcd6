/// What Git tells a remote helper by `option` lines.
///
/// Source: gitremote-helpers(7), "OPTIONS"; Git 2.39 `transport-helper.c` (git-integration 1.2).
package struct HelperOptions: Equatable, Sendable {
    /// 0 for `-q`, 1 usually, 2 for `-v`.
    package private(set) var verbosity = 1
    /// `nil` when Git did not say.
    package private(set) var showsProgress: Bool?
    package private(set) var isDryRun = false
    package private(set) var isAtomic = false
    package private(set) var checksInclusion = false
    package private(set) var wantsObjectFormat = false
    /// `true` or `if-asked`.
    package private(set) var signing: String?
    /// `<ref>:<oid>`.
    package private(set) var leases: [String] = []
    /// Those that are sent on.
    package private(set) var pushOptions: [String] = []
    /// The value of the push option `dvc.exps`.
    package private(set) var experiments: FollowingScope?
    /// The program on the other side, a shell line of the user's.
    package private(set) var serverProgram: String?
    /// `ipv4` or `ipv6`.
    package private(set) var family: String?

    package init() {}

    /// What became of an option.
    package enum Answer: Equatable, Sendable {
        case ok
        case unsupported
        /// The option is one of ours, which the other side must not see.
        case ours
        case error(String)
    }

    /// Takes what follows `option `.
    package mutating func take(_ line: some StringProtocol) -> Answer {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : nil
        switch parts[0] {
        case "verbosity":
            guard let level = value.flatMap({ Int($0) }) else { return .error("not a number") }
            verbosity = level
        case "progress": return take(value) { $0.showsProgress = $1 }
        case "dry-run": return take(value) { $0.isDryRun = $1 }
        case "atomic": return take(value) { $0.isAtomic = $1 }
        case "force-if-includes": return take(value) { $0.checksInclusion = $1 }
        // Git 2.39 gives no value.
        case "object-format":
            guard value == nil || value == "true" || value == "sha1" || value == "sha256" else {
                return .error("unknown object format")
            }
            wantsObjectFormat = true
        case "pushcert":
            guard let value, ["true", "false", "if-asked"].contains(value) else {
                return .error("expected true, false or if-asked")
            }
            signing = value == "false" ? nil : value
        case "cas":
            guard let lease = value.flatMap({ unquoted($0) }), lease.contains(":") else {
                return .error("expected <ref>:<oid>")
            }
            leases.append(lease)
        case "push-option":
            guard let option = value.flatMap({ unquoted($0) }) else {
                return .error("expected a push option")
            }
            return takePushOption(option)
        case "servpath":
            guard let program = value.flatMap({ unquoted($0) }), !program.isEmpty else {
                return .error("expected a program")
            }
            serverProgram = program
        case "family":
            guard let value, ["ipv4", "ipv6", "all"].contains(value) else {
                return .error("expected ipv4, ipv6 or all")
            }
            family = value == "all" ? nil : value
        // Git speaks its own protocol with the other side, so these never reach it through us.
        case "followtags", "depth", "deepen-since", "deepen-not", "deepen-relative", "filter",
            "from-promisor", "no-dependents", "refetch", "update-shallow", "cloning",
            "check-connectivity":
            return .ok
        default: return .unsupported
        }
        return .ok
    }

    private mutating func take(
        _ value: String?, _ store: (inout HelperOptions, Bool) -> Void
    ) -> Answer {
        guard value == "true" || value == "false" else { return .error("expected true or false") }
        store(&self, value == "true")
        return .ok
    }

    private mutating func takePushOption(_ option: String) -> Answer {
        guard option.hasPrefix("dvc.") else {
            pushOptions.append(option)
            return .ok
        }
        guard option.hasPrefix("dvc.exps="),
            let scope = FollowingScope(rawValue: String(option.dropFirst(9)))
        else { return .error("unknown push option '\(option)': dvc.exps=none, follow or all") }
        experiments = scope
        return .ours
    }
}

/// A value as Git writes it to a helper: in double quotes, C-style, when it has odd characters.
///
/// `nil` when the quotes are wrong, or a character is one that no setting may have.
/// Source: Git 2.39 `quote.c`, `unquote_c_style`.
package func unquoted(_ text: String) -> String? {
    guard text.hasPrefix("\"") else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...].dropFirst()
    let simple: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
        UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
        UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92,
    ]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\"") {
            return rest.isEmpty ? String(validating: bytes, as: UTF8.self) : nil
        }
        guard byte == UInt8(ascii: "\\") else {
            bytes.append(byte)
            continue
        }
        guard let escaped = rest.popFirst() else { return nil }
        if let plain = simple[escaped] {
            bytes.append(plain)
            continue
        }
        let digits = String(decoding: [escaped] + rest.prefix(2), as: UTF8.self)
        guard digits.utf8.count == 3, let value = UInt8(digits, radix: 8) else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
    }
    return nil
}
