/// Evaluates what Python's `ast.literal_eval` evaluates, on tokens.
struct PythonLiteral {
    enum Outcome: Equatable {
        /// A constant; whether it can be a key or a member of a set is told besides.
        case value(ParameterValue, isHashable: Bool)
        /// An expression that is no constant.
        case computed
        /// A constant that fails in Python: a list as a key.
        case unhashable
    }

    private let tokens: ArraySlice<PythonToken>
    private var position: Int

    /// The value of tokens that are a whole expression; a tuple may stand without brackets.
    static func evaluate(_ tokens: ArraySlice<PythonToken>) throws(PythonFlaw) -> Outcome {
        var literal = PythonLiteral(tokens: tokens, position: tokens.startIndex)
        var elements: [ParameterValue] = []
        var isTuple = false
        var outcome = Outcome.computed
        while literal.position < tokens.endIndex {
            outcome = try literal.expression(depth: 0)
            guard case .value(let element, _) = outcome else { return outcome }
            elements.append(element)
            guard literal.position < tokens.endIndex else { break }
            guard literal.skip(",") else { return .computed }
            isTuple = true
        }
        if isTuple, !elements.isEmpty {
            return .value(.unsupported("a tuple", .list(elements)), isHashable: true)
        }
        return outcome
    }

    private var token: PythonToken {
        position < tokens.endIndex ? tokens[position] : .end
    }

    private mutating func skip(_ symbol: String) -> Bool {
        guard token == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    /// Whether what was read is the whole of an element, value or expression.
    private var isAtEndOfElement: Bool {
        switch token {
        case .end: true
        case .symbol(let symbol): [",", ")", "]", "}", ":"].contains(symbol)
        default: false
        }
    }

    private mutating func expression(depth: Int) throws(PythonFlaw) -> Outcome {
        let outcome = try operand(depth: depth)
        if outcome == .computed || isAtEndOfElement { return outcome }
        return try complexNumber(outcome)
    }

    /// `1+2j`, the only sum that is a constant; the first operand was read.
    private mutating func complexNumber(_ left: Outcome) throws(PythonFlaw) -> Outcome {
        guard case .value(let number, _) = left, skip("+") || skip("-") else { return .computed }
        switch number {
        case .integer, .float: break
        default: return .computed
        }
        guard case .number(.unsupported) = token else { return .computed }
        position += 1
        return isAtEndOfElement
            ? .value(.unsupported("a complex number"), isHashable: true) : .computed
    }

    private mutating func operand(depth: Int) throws(PythonFlaw) -> Outcome {
        guard depth < parameterDepthLimit else { throw PythonFlaw("constants nested too deep") }
        let start = token
        position += 1
        switch start {
        case .number(let number): return .value(number, isHashable: true)
        case .string(let string): return try strings(string)
        case .name("None"): return .value(.null, isHashable: true)
        case .name("True"): return .value(.boolean(true), isHashable: true)
        case .name("False"): return .value(.boolean(false), isHashable: true)
        case .name("set"):
            guard skip("("), skip(")") else { return .computed }
            return .value(.unsupported("a set"), isHashable: false)
        case .symbol("..."): return .value(.unsupported("an ellipsis"), isHashable: true)
        case .symbol("-"): return signedNumber(isNegative: true)
        case .symbol("+"): return signedNumber(isNegative: false)
        case .symbol("("): return try parenthesized(depth: depth + 1)
        case .symbol("["): return try list(depth: depth + 1)
        case .symbol("{"): return try braces(depth: depth + 1)
        default: return .computed
        }
    }

    private mutating func signedNumber(isNegative: Bool) -> Outcome {
        var opened = 0
        while skip("(") { opened += 1 }
        guard case .number(let number) = token else { return .computed }
        position += 1
        while opened > 0 {
            guard skip(")") else { return .computed }
            opened -= 1
        }
        guard isNegative else { return .value(number, isHashable: true) }
        switch number {
        case .integer("0"): return .value(number, isHashable: true)
        case .integer(let digits): return .value(.integer("-" + digits), isHashable: true)
        case .float(let number): return .value(.float(-number), isHashable: true)
        default: return .value(number, isHashable: true)
        }
    }

    /// Strings side by side are one string.
    private mutating func strings(_ first: PythonString) throws(PythonFlaw) -> Outcome {
        var parts = [first]
        while case .string(let next) = token {
            parts.append(next)
            position += 1
        }
        var text = ""
        var bytes: [UInt8] = []
        var kinds: Set<Int> = []
        for part in parts {
            switch part {
            case .text(let more):
                text += more
                kinds.insert(0)
            case .bytes(let more):
                bytes += more
                kinds.insert(1)
            case .computed: kinds.insert(2)
            }
        }
        if kinds.contains(1), kinds.count > 1 { throw PythonFlaw("bytes and text in one string") }
        if kinds.contains(2) { return .computed }
        return .value(kinds.contains(1) ? .bytes(bytes) : .string(text), isHashable: true)
    }

    private mutating func parenthesized(depth: Int) throws(PythonFlaw) -> Outcome {
        var isHashable = true
        var elements: [ParameterValue] = []
        var only = Outcome.computed
        var isTuple = false
        while !skip(")") {
            only = try expression(depth: depth)
            guard case .value(let element, let isElementHashable) = only else { return only }
            isHashable = isHashable && isElementHashable
            elements.append(element)
            if skip(")") { break }
            guard skip(",") else { return .computed }
            isTuple = true
        }
        if elements.count == 1, !isTuple { return only }
        return .value(.unsupported("a tuple", .list(elements)), isHashable: isHashable)
    }

    private mutating func list(depth: Int) throws(PythonFlaw) -> Outcome {
        var elements: [ParameterValue] = []
        while !skip("]") {
            let element = try expression(depth: depth)
            guard case .value(let value, _) = element else { return element }
            elements.append(value)
            if skip("]") { break }
            guard skip(",") else { return .computed }
        }
        return .value(.list(elements), isHashable: false)
    }

    /// A dict or a set.
    private mutating func braces(depth: Int) throws(PythonFlaw) -> Outcome {
        var map = ParameterMap()
        var isSet = false
        var isUnhashable = false
        while !skip("}") {
            let first = try expression(depth: depth)
            guard case .value(let key, let isHashable) = first else { return first }
            isUnhashable = isUnhashable || !isHashable
            if skip(":") {
                let second = try expression(depth: depth)
                guard case .value(let value, _) = second else { return second }
                // As in DVC, keys that are no strings are left out.
                if case .string(let name) = key { map[name] = value }
            } else {
                isSet = true
            }
            if skip("}") { break }
            guard skip(",") else { return .computed }
        }
        if isUnhashable { return isAtEndOfElement ? .unhashable : .computed }
        return .value(isSet ? .unsupported("a set") : .map(map), isHashable: false)
    }
}
