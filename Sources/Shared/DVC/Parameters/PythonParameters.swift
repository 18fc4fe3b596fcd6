/// Reads the constants of a Python module without running it.
///
/// These are the assignments of a module, of its classes (as maps), and those to attributes of
/// `self` in an `__init__`. What is no constant is passed over. Only what is needed for that is
/// parsed: DVC refuses a file with any syntax error, this reader only with some.
///
/// Source: dvc-compat 3.6; `_ast_tree_to_dict` in DVC 3.67 `utils/serialize/_py.py`.
struct PythonParameters {
    private let tokens: [PythonToken]
    private let lines: [Int]
    private var position = 0

    static func read(_ bytes: [UInt8]) throws(ParameterFileError) -> ParameterValue {
        let text = try pythonLines(bytes)
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        guard !text.contains(0), !text.starts(with: byteOrderMark) else {
            throw ParameterFileError(
                "not valid Python: a NUL or a byte-order mark", at: 0, in: text)
        }
        let (tokens, lines) = try PythonTokenizer.tokens(of: text)
        var reader = PythonParameters(tokens: tokens, lines: lines)
        do throws(PythonFlaw) {
            var map = ParameterMap()
            try reader.readBlock(into: &map, onlySelf: false, depth: 0)
            return .map(map)
        } catch {
            let index = min(reader.position, lines.count - 1)
            throw ParameterFileError(
                problem: "not valid Python: \(error.problem)", line: lines[max(index, 0)])
        }
    }

    private var token: PythonToken { tokens[min(position, tokens.count - 1)] }

    /// Reads statements up to the end of the block, and steps over that.
    private mutating func readBlock(
        into map: inout ParameterMap, onlySelf: Bool, depth: Int
    ) throws(PythonFlaw) {
        guard depth < parameterDepthLimit else { throw PythonFlaw("blocks nested too deep") }
        while true {
            switch token {
            case .end: return
            case .dedent:
                position += 1
                return
            case .indent: throw PythonFlaw("an indentation that nothing asks for")
            case .name("class"):
                try readClass(into: &map, depth: depth)
            case .name("def"):
                try readFunction(into: &map, depth: depth)
            case .symbol("@"): skipLine()
            case .name(let word) where Self.compound.contains(word): try skipCompound()
            default: try readLine(into: &map, onlySelf: onlySelf)
            }
        }
    }

    private mutating func readClass(
        into map: inout ParameterMap, depth: Int
    ) throws(PythonFlaw) {
        let name = try readHeader()
        var inner = ParameterMap()
        try readSuite(into: &inner, onlySelf: false, depth: depth + 1)
        map[name] = .map(inner)
    }

    private mutating func readFunction(
        into map: inout ParameterMap, depth: Int
    ) throws(PythonFlaw) {
        guard try readHeader() == "__init__" else { return try skipSuite() }
        // Statements one by one, because a later constant replaces an earlier one in place.
        var inner = ParameterMap()
        try readSuite(into: &inner, onlySelf: true, depth: depth + 1)
        for entry in inner.entries { map[entry.key] = entry.value }
    }

    /// Steps over `class Name(...):` or `def name(...) -> type:`; returns the name.
    private mutating func readHeader() throws(PythonFlaw) -> String {
        position += 1
        guard case .name(let name) = token else { throw PythonFlaw("expected a name") }
        position += 1
        try skipToColon()
        return name
    }

    /// Steps over tokens up to the colon that ends a header.
    private mutating func skipToColon() throws(PythonFlaw) {
        var depth = 0
        var lambdas = 0
        while true {
            switch token {
            case .newline, .end, .indent, .dedent: throw PythonFlaw("expected ':'")
            case .symbol("("), .symbol("["), .symbol("{"): depth += 1
            case .symbol(")"), .symbol("]"), .symbol("}"): depth -= 1
            case .name("lambda") where depth == 0: lambdas += 1
            case .symbol(":") where depth == 0:
                position += 1
                if lambdas == 0 { return }
                lambdas -= 1
                continue
            default: break
            }
            position += 1
        }
    }

    /// Reads what belongs to a header: the rest of the line, or the block below it.
    private mutating func readSuite(
        into map: inout ParameterMap, onlySelf: Bool, depth: Int
    ) throws(PythonFlaw) {
        guard token == .newline else { return try readLine(into: &map, onlySelf: onlySelf) }
        position += 1
        guard token == .indent else { throw PythonFlaw("expected an indented block") }
        position += 1
        try readBlock(into: &map, onlySelf: onlySelf, depth: depth)
    }

    private mutating func skipCompound() throws(PythonFlaw) {
        if token == .name("async") { position += 1 }
        position += 1
        try skipToColon()
        try skipSuite()
    }

    private mutating func skipSuite() throws(PythonFlaw) {
        guard token == .newline else { return skipLine() }
        position += 1
        guard token == .indent else { throw PythonFlaw("expected an indented block") }
        skipBlock()
    }

    /// Steps over an indented block, which starts here.
    private mutating func skipBlock() {
        var depth = 0
        repeat {
            if token == .indent { depth += 1 }
            if token == .dedent { depth -= 1 }
            position += 1
        } while depth > 0 && token != .end
    }

    private mutating func skipLine() {
        while token != .newline, token != .end { position += 1 }
        if token == .newline { position += 1 }
    }

    /// Reads a line of simple statements: `a = 1; b = 2`.
    private mutating func readLine(
        into map: inout ParameterMap, onlySelf: Bool
    ) throws(PythonFlaw) {
        let start = position
        skipLine()
        let isMatch =
            token == .indent && position - start > 1 && tokens[position - 2] == .symbol(":")
        if isMatch { return skipBlock() }
        let line = tokens[start..<position].dropLast()
        for statement in line.split(separator: .symbol(";")) {
            guard let assignment = PythonAssignment(statement, onlySelf: onlySelf) else { continue }
            switch try PythonLiteral.evaluate(assignment.value) {
            case .value(let value, _): map[assignment.name] = value
            case .computed: continue
            case .unhashable:
                position = start
                throw PythonFlaw("a key that is a list or a map")
            }
        }
    }

    private static let compound: Set<String> = [
        "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "async",
    ]
}

/// A statement that gives a value to one name.
private struct PythonAssignment {
    let name: String
    let value: ArraySlice<PythonToken>

    /// `nil` for any other statement, and for targets that DVC passes over.
    init?(_ statement: ArraySlice<PythonToken>, onlySelf: Bool) {
        var depth = 0
        var equalSigns: [Int] = []
        var colon: Int?
        for index in statement.indices {
            switch statement[index] {
            case .symbol("("), .symbol("["), .symbol("{"): depth += 1
            case .symbol(")"), .symbol("]"), .symbol("}"): depth -= 1
            case .symbol("=") where depth == 0: equalSigns.append(index)
            case .symbol(":") where depth == 0 && equalSigns.isEmpty && colon == nil: colon = index
            case .symbol("=") where depth == 0 && colon != nil: return nil
            default: break
            }
        }
        guard equalSigns.count == 1, let equals = equalSigns.first else { return nil }
        var target = statement[..<(colon ?? equals)]
        while target.first == .symbol("("), target.last == .symbol(")") {
            target = target.dropFirst().dropLast()
        }
        let isPlain = target.count == 1 && !onlySelf
        let isAttribute =
            target.count == 3 && target.first == .name("self")
            && target.dropFirst().first == .symbol(".")
        guard isPlain || isAttribute, case .name(let name)? = target.last else { return nil }
        self.name = name
        value = statement[(equals + 1)...]
    }
}
