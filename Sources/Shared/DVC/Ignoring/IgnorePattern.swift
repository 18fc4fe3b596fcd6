/// One pattern of a `.dvcignore`, ready to be matched.
///
/// Source: `GitIgnoreSpecPattern` of Python's pathspec 1.1 (`patterns/gitignore`), whose regular
/// expressions DVC 3.67 matches at the start of the path.
struct IgnorePattern: Sendable {
    /// Whether a match hides the path; otherwise (`!`) it shows it again.
    let ignores: Bool
    /// Whether the pattern ends with a slash.
    let isForDirectories: Bool
    let steps: [Step]
    /// Whether a match must reach the end of a path component.
    let endsAtBoundary: Bool
    /// No shorter path can match.
    let minimumLength: Int
    /// The text of a pattern without wildcards, after ``Step/leadingDirectories`` if it has them.
    let literal: [UInt32]?

    /// A part of the pattern that takes one character, or any number of the same kind.
    struct Step: Sendable {
        enum Kind: Sendable {
            case literal(UInt32)
            case notSlash
            /// Python's `.`.
            case notNewline
            case oneOf(IgnoreClass)
        }

        let kind: Kind
        /// Whether any number of characters is taken, none included.
        var repeats = false
        /// How many steps may be left out from here on; 0 for none.
        var skip = 0

        static func literal(_ character: UInt32) -> Step { Step(kind: .literal(character)) }
        static let slash = literal(0x2f)
        /// Python's `(?:.+/)?`.
        static let leadingDirectories = [
            Step(kind: .notNewline, skip: 3), Step(kind: .notNewline, repeats: true), slash,
        ]
        /// Python's `(?:/.+)?`.
        static let innerDirectories = [
            Step(kind: .literal(0x2f), skip: 3), Step(kind: .notNewline),
            Step(kind: .notNewline, repeats: true),
        ]
    }

    /// Compiles a line, blanks at its ends removed; `nil` for one that means nothing.
    init?(_ line: [UInt32]) throws(IgnoreFlaw.Reason) {
        if line.isEmpty || line[0] == 0x23 || line == [0x2f] { return nil }
        ignores = line[0] != 0x21
        isForDirectories = line.last == 0x2f
        let text = ignores ? line[...] : line.dropFirst()
        let segments = try Self.segments(of: text)
        let compiled = try Self.steps(for: segments, isForDirectories: isForDirectories)
        guard let steps = compiled else { return nil }
        self.steps = steps
        endsAtBoundary = segments.last != .anyDirectories && segments != Self.everyName
        literal = Self.literal(of: steps)
        var mandatory = 0
        var position = 0
        while position < steps.count {
            let step = steps[position]
            if step.skip == 0 && !step.repeats { mandatory += 1 }
            position += max(step.skip, 1)
        }
        minimumLength = mandatory
    }

    private enum Segment: Equatable {
        case anyDirectories
        case name(ArraySlice<UInt32>)
    }

    private static let everyName = [Segment.anyDirectories, .name([0x2a])]

    private static func literal(of steps: [Step]) -> [UInt32]? {
        let rest = steps.first?.skip == 3 ? steps.dropFirst(3) : steps[...]
        var text: [UInt32] = []
        for step in rest {
            guard case .literal(let character) = step.kind, step.skip == 0 else { return nil }
            text.append(character)
        }
        return text
    }

    /// The parts between slashes, with the implied `**` written out and none twice in a row.
    private static func segments(
        of text: ArraySlice<UInt32>
    ) throws(IgnoreFlaw.Reason) -> [Segment] {
        var parts = text.split(separator: 0x2f, omittingEmptySubsequences: false)
            .map { $0.elementsEqual([0x2a, 0x2a]) ? Segment.anyDirectories : .name($0) }
        let isEmpty = { (segment: Segment) in segment == .name([]) }
        if isEmpty(parts[0]) {
            parts.removeFirst()
        } else if parts.count == 1 || parts.count == 2 && isEmpty(parts[1]) {
            parts.insert(.anyDirectories, at: 0)
        }
        guard let last = parts.last else { throw .empty }
        if isEmpty(last) { parts[parts.count - 1] = .anyDirectories }
        var result: [Segment] = []
        for part in parts where part != .anyDirectories || result.last != .anyDirectories {
            result.append(part)
        }
        return result
    }

    /// The steps for the segments; `nil` when a class is not closed, which Git and DVC pass over.
    private static func steps(
        for segments: [Segment], isForDirectories: Bool
    ) throws(IgnoreFlaw.Reason) -> [Step]? {
        // These stand for a slash at the start of the path, where none is, so they match nothing.
        if segments == Self.everyName + [.anyDirectories] { return [.slash] }
        if segments == [.anyDirectories] && isForDirectories { return [.slash] }
        if segments == [.anyDirectories] || segments == Self.everyName {
            return [Step(kind: .notNewline)]
        }
        var steps: [Step] = []
        var glob = GlobTranslation()
        var needsSlash = false
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .anyDirectories where index == 0: steps += Step.leadingDirectories
            case .anyDirectories where index < segments.count - 1:
                steps += Step.innerDirectories
                needsSlash = true
            case .anyDirectories: steps.append(.slash)
            case .name(let name):
                if needsSlash { steps.append(.slash) }
                guard let translated = try glob.steps(for: name) else { return nil }
                steps += translated
                needsSlash = true
            }
        }
        if glob.hasBackwardRange { throw .backwardRange }
        return steps
    }
}
