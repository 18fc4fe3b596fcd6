/// Reads JSON as Python's `json` does: `NaN`, `Infinity` and repeated keys are fine.
struct JSONParameters {
    private var cursor: JSONCursor

    static func read(_ bytes: [UInt8]) throws(ParameterFileError) -> ParameterValue {
        try bytes.withUnsafeBufferPointer { buffer throws(ParameterFileError) in
            var reader = JSONParameters(cursor: JSONCursor(buffer))
            do throws(JSONCursor.Failure) {
                reader.cursor.skipSpace()
                let value = try reader.value(depth: 0)
                reader.cursor.skipSpace()
                guard reader.cursor.isAtEnd else {
                    throw reader.cursor.failure(expected: "the end")
                }
                return value.isFalsy ? .map(ParameterMap()) : value
            } catch {
                let problem =
                    switch error.reason {
                    case .unexpected(let expected): "expected \(expected)"
                    case .tooDeep: "nested more than \(parameterDepthLimit) levels deep"
                    default: "it is cut off"
                    }
                throw ParameterFileError(
                    "not valid JSON: " + problem, at: reader.cursor.position, in: buffer)
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONCursor.Failure) -> ParameterValue {
        guard depth < parameterDepthLimit else { throw JSONCursor.Failure(reason: .tooDeep) }
        switch cursor.byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""):
            cursor.position += 1
            return .string(try string())
        default: break
        }
        if let word = word() { return word }
        return try number()
    }

    /// `true` and its like, where one stands here.
    private mutating func word() -> ParameterValue? {
        let words: [(String, ParameterValue)] = [
            ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
            ("NaN", .float(.nan)), ("Infinity", .float(.infinity)),
            ("-Infinity", .float(-.infinity)),
        ]
        for (word, value) in words where cursor.input[cursor.position...].starts(with: word.utf8) {
            cursor.position += word.utf8.count
            return value
        }
        return nil
    }

    private mutating func number() throws(JSONCursor.Failure) -> ParameterValue {
        let start = cursor.position
        guard cursor.byte == UInt8(ascii: "-") || (0x30...0x39).contains(cursor.byte) else {
            throw cursor.failure(expected: "a value")
        }
        try cursor.skipNumber()
        let text = String(decoding: cursor.input[start..<cursor.position], as: UTF8.self)
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) {
            return ParameterValue(bigNumber: text)
        }
        return .float(Double(text) ?? .nan)
    }

    private mutating func array(depth: Int) throws(JSONCursor.Failure) -> ParameterValue {
        var elements: [ParameterValue] = []
        cursor.position += 1
        cursor.skipSpace()
        if cursor.skip("]") { return .list([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            cursor.skipSpace()
            if cursor.skip("]") { return .list(elements) }
            try cursor.expect(",", "',' or ']'")
            cursor.skipSpace()
        }
    }

    private mutating func object(depth: Int) throws(JSONCursor.Failure) -> ParameterValue {
        var map = ParameterMap()
        cursor.position += 1
        cursor.skipSpace()
        if cursor.skip("}") { return .map(map) }
        while true {
            try cursor.expect("\"", "a key")
            let key = try string()
            cursor.skipSpace()
            try cursor.expect(":", "':'")
            cursor.skipSpace()
            map[key] = try value(depth: depth + 1)
            cursor.skipSpace()
            if cursor.skip("}") { return .map(map) }
            try cursor.expect(",", "',' or '}'")
            cursor.skipSpace()
        }
    }

    /// The rest of a string, after its opening quote; half a surrogate pair becomes U+FFFD.
    private mutating func string() throws(JSONCursor.Failure) -> String {
        var text: [UInt8] = []
        while true {
            text.append(contentsOf: try cursor.skipPlainRun())
            if cursor.skip("\"") { return String(decoding: text, as: UTF8.self) }
            switch try cursor.escape() {
            case .scalar(let scalar): text.append(contentsOf: String(scalar).utf8)
            case .loneSurrogate: text.append(contentsOf: "\u{FFFD}".utf8)
            }
        }
    }
}
