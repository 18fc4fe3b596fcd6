extension IgnorePattern {
    /// Whether the first `length` characters of `text` match, to their end or as far as the pattern
    /// asks for.
    ///
    /// All ways to match are followed at once, so the effort is at most `length` times the number of
    /// steps; and a pattern with more steps than that allows is not looked at.
    /// `effort`: gets the number of comparisons added.
    func matches(_ text: [UInt32], length: Int, effort: inout Int) -> Bool {
        guard length >= minimumLength else { return false }
        return text.withUnsafeBufferPointer { buffer in
            let subject = UnsafeBufferPointer(rebasing: buffer[..<length])
            if let literal { return find(literal, in: subject, &effort) }
            return simulate(on: subject, &effort)
        }
    }

    /// The way of patterns that are nothing but a name or a path.
    private func find(
        _ literal: [UInt32], in text: UnsafeBufferPointer<UInt32>, _ effort: inout Int
    ) -> Bool {
        let isAnywhere = steps.count > literal.count
        var start = 0
        while true {
            var matched = 0
            while matched < literal.count, start + matched < text.count,
                literal[matched] == text[start + matched]
            {
                matched += 1
            }
            effort += matched + 1
            if matched == literal.count, isEnd(start + matched, of: text) { return true }
            guard isAnywhere else { return false }
            // Python's `.+/`: at least one character, and no line feed.
            repeat {
                effort += 1
                if start >= text.count || text[start] == 0x0a { return false }
                start += 1
            } while start < 2 || text[start - 1] != 0x2f
        }
    }

    private func simulate(
        on text: UnsafeBufferPointer<UInt32>, _ effort: inout Int
    ) -> Bool {
        let count = steps.count
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * (count + 1)) { memory in
            memory.initialize(repeating: -1)
            // The steps that may come next, here and one character on; and where each was last noted.
            var current = UnsafeMutableBufferPointer(rebasing: memory[..<(count + 1)])
            var next = UnsafeMutableBufferPointer(
                rebasing: memory[(count + 1)..<(2 * (count + 1))])
            let noted = UnsafeMutableBufferPointer(rebasing: memory[(2 * (count + 1))...])
            var currentCount = 0
            note(0, at: 0, in: current, &currentCount, noted)
            for position in 0...text.count {
                var nextCount = 0
                for index in 0..<currentCount {
                    effort += 1
                    let step = current[index]
                    if step == count {
                        if isEnd(position, of: text) { return true }
                    } else if position < text.count, steps[step].takes(text[position]) {
                        let following = steps[step].repeats ? step : step + 1
                        note(following, at: position + 1, in: next, &nextCount, noted)
                    }
                }
                if nextCount == 0 { return false }
                swap(&current, &next)
                currentCount = nextCount
            }
            return false
        }
    }

    /// Adds a step, and those that can be reached from it without a character.
    private func note(
        _ first: Int, at position: Int, in list: UnsafeMutableBufferPointer<Int>,
        _ count: inout Int, _ noted: UnsafeMutableBufferPointer<Int>
    ) {
        var step = first
        while noted[step] != position {
            noted[step] = position
            list[count] = step
            count += 1
            guard step < steps.count else { return }
            if steps[step].repeats {
                step += 1
            } else if steps[step].skip > 0 {
                step += steps[step].skip
            } else {
                return
            }
        }
    }

    /// Whether a match may end at this position; Python's `$` also stands before a last line feed.
    private func isEnd(_ position: Int, of text: UnsafeBufferPointer<UInt32>) -> Bool {
        !endsAtBoundary || position == text.count || text[position] == 0x2f
            || position == text.count - 1 && text[position] == 0x0a
    }
}

extension IgnorePattern.Step {
    fileprivate func takes(_ character: UInt32) -> Bool {
        switch kind {
        case .literal(let wanted): character == wanted
        case .notSlash: character != 0x2f
        case .notNewline: character != 0x0a
        case .oneOf(let members): members.contains(character)
        }
    }
}
