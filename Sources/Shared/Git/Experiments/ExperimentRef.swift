/// The ref of an experiment: `refs/exps/<2 hex>/<38 hex>/<name>`, of which the digits name its baseline.
///
/// Nothing else below `refs/exps` ever travels. What DVC notes there while experiments run
/// (`refs/exps/exec/EXEC_HEAD`, `refs/exps/stash` and so on) and what somebody else put there is
/// told apart by its form, which none of DVC's own has.
///
/// Source: DVC 3.67 `repo/experiments/refs.py`, observed (dvc-compat 6.1, 6.2).
package struct ExperimentRef: Hashable, Sendable, CustomStringConvertible {
    /// Where DVC keeps experiments, with the slash.
    package static let namespace = "refs/exps/"

    /// Where DVC notes which experiment was applied last.
    package static let appliedRef = "refs/exps/exec/EXEC_APPLY"

    /// The commit that was checked out when the experiment was made.
    package let baseline: GitOID
    package let name: String

    /// The experiment with this full ref name; `nil` for every other ref.
    package init?(_ refName: some StringProtocol) {
        let parts = refName.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "refs", parts[1] == "exps",
            parts[2].utf8.count == 2, parts[3].utf8.count == 38, !parts[4].isEmpty,
            let baseline = GitOID("\(parts[2])\(parts[3])")
        else { return nil }
        self.init(baseline: baseline, name: String(parts[4]))
    }

    /// The same, from the bytes of the name; `nil` as well when its baseline is none of `baselines`.
    fileprivate init?(bytes: ArraySlice<UInt8>, of baselines: Set<GitOID>?) {
        let slash = UInt8(ascii: "/")
        let start = bytes.startIndex + Self.namespace.utf8.count
        // refs/exps/<2>/<38>/<name>
        guard bytes.count > start - bytes.startIndex + 42, bytes[start + 2] == slash,
            bytes[start + 41] == slash, bytes.starts(with: Self.namespace.utf8)
        else { return nil }
        let name = bytes[(start + 42)...]
        guard !name.contains(slash),
            let baseline = GitOID(bytes[start..<(start + 2)] + bytes[(start + 3)..<(start + 41)]),
            baselines?.contains(baseline) ?? true
        else { return nil }
        self.init(baseline: baseline, name: String(decoding: name, as: UTF8.self))
    }

    /// `name`: a component of a ref name, as Git allows it.
    package init(baseline: GitOID, name: String) {
        self.baseline = baseline
        self.name = name
    }

    /// The full name of the ref.
    package var description: String { Self.prefix(of: baseline) + name }

    /// What the refs of all experiments of a commit begin with, the last slash included.
    package static func prefix(of baseline: GitOID) -> String {
        "\(namespace)\(baseline.hex.prefix(2))/\(baseline.hex.dropFirst(2))/"
    }

    /// Whether a ref is below `refs/exps` without being an experiment, and so must stay where it is.
    package static func isInternal(_ refName: String) -> Bool {
        (refName.hasPrefix(namespace) || refName == "refs/exps") && ExperimentRef(refName) == nil
    }
}

extension ExperimentRef: Comparable {
    /// The order in which Git lists refs.
    package static func < (left: ExperimentRef, right: ExperimentRef) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

/// An experiment, and the commit that it ends with.
package struct Experiment: Hashable, Sendable {
    package let ref: ExperimentRef
    package let tip: GitOID

    package init(ref: ExperimentRef, tip: GitOID) {
        self.ref = ref
        self.tip = tip
    }

    /// Reads lines `<oid> <ref>`, as `git for-each-ref` and `git ls-remote` write them; refs that are no
    /// experiments are left out, and those from other baselines than these.
    package static func parse(
        _ bytes: [UInt8], of baselines: Set<GitOID>? = nil
    ) -> [Experiment] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            // A remote may have tens of thousands: what is none is seen by its bytes.
            guard let gap = line.firstIndex(where: { $0 == 0x20 || $0 == 0x09 }),
                let ref = ExperimentRef(bytes: line[(gap + 1)...], of: baselines),
                let tip = GitOID(line[..<gap])
            else { return nil }
            return Experiment(ref: ref, tip: tip)
        }
    }
}
