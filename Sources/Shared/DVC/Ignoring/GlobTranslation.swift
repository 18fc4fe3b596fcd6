/// Turns the name parts of a `.dvcignore` pattern into steps.
///
/// Source: `_translate_segment_glob` in pathspec 1.1 `patterns/gitignore/base.py`.
struct GlobTranslation {
    typealias Step = IgnorePattern.Step

    /// Whether a class had a range such as `z-a`, which Python refuses once all else is in order.
    private(set) var hasBackwardRange = false

    /// The steps for the text between two slashes; `nil` when a class in it is not closed.
    mutating func steps(
        for name: ArraySlice<UInt32>
    ) throws(IgnoreFlaw.Reason) -> [Step]? {
        let anyNumber = Step(kind: .notSlash, repeats: true)
        if name.elementsEqual([0x2a]) { return [Step(kind: .notSlash), anyNumber] }
        var steps: [Step] = []
        var rest = name
        while let character = rest.popFirst() {
            switch Unicode.Scalar(character) {
            case "\\":
                guard let escaped = rest.popFirst() else { throw .danglingEscape }
                steps.append(.literal(escaped))
            case "*":
                // Several in a row mean the same as one.
                if steps.last?.repeats != true { steps.append(anyNumber) }
            case "?": steps.append(Step(kind: .notSlash))
            case "[":
                guard let content = Self.takeClass(from: &rest) else { return nil }
                let parsed = IgnoreClass(content)
                if let parsed { steps.append(Step(kind: .oneOf(parsed))) }
                hasBackwardRange = hasBackwardRange || parsed == nil
            default: steps.append(.literal(character))
            }
        }
        return steps
    }

    /// What stands between `[` and its `]`, which is taken as well; `nil` when there is none.
    private static func takeClass(from rest: inout ArraySlice<UInt32>) -> ArraySlice<UInt32>? {
        var end = rest.startIndex
        if end < rest.endIndex, rest[end] == 0x21 || rest[end] == 0x5e { end += 1 }
        // A bracket that comes first is a member.
        if end < rest.endIndex, rest[end] == 0x5d { end += 1 }
        guard let close = rest[end...].firstIndex(of: 0x5d) else { return nil }
        defer { rest = rest[(close + 1)...] }
        return rest[..<close]
    }
}

/// A class such as `[a-z]` or `[!x]`; a backslash in it is a member like others.
///
/// Unlike in Git it may match a slash, and `[:alpha:]` has no special meaning.
struct IgnoreClass: Sendable {
    private let isNegated: Bool
    /// Sorted, without overlaps.
    private let ranges: [ClosedRange<UInt32>]

    /// `content`: without the brackets; `nil` when a range in it runs backwards.
    init?(_ content: ArraySlice<UInt32>) {
        var rest = content
        isNegated = rest.first == 0x21 || rest.first == 0x5e
        if isNegated { rest.removeFirst() }
        var all: [ClosedRange<UInt32>] = []
        while let low = rest.popFirst() {
            // A hyphen at the end is a member.
            if rest.count > 1, rest.first == 0x2d {
                let high = rest[rest.startIndex + 1]
                guard low <= high else { return nil }
                all.append(low...high)
                rest.removeFirst(2)
            } else {
                all.append(low...low)
            }
        }
        all.sort { $0.lowerBound < $1.lowerBound }
        var merged: [ClosedRange<UInt32>] = []
        for range in all {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                merged[merged.count - 1] = last.lowerBound...end
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    func contains(_ character: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < character { low = middle + 1 } else { high = middle }
        }
        let isMember = low < ranges.count && ranges[low].lowerBound <= character
        return isMember != isNegated
    }
}
