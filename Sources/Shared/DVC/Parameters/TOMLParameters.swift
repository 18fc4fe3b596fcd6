/// Reads TOML 1.0.
///
/// Source: https://toml.io/en/v1.0.0; checked against Python's `tomllib` and DVC's `tomlkit`.
struct TOMLParameters {
    private var cursor: TOMLCursor
    private let root = TOMLTable(.header, section: 0)
    private var table: TOMLTable
    /// How many headers were read.
    private var section = 0
    /// How deep the table of the last header lies.
    private var tableDepth = 0

    static func read(_ bytes: [UInt8]) throws(ParameterFileError) -> ParameterValue {
        let text = try pythonLines(bytes)
        var reader = TOMLParameters(text)
        do throws(TOMLCursor.Failure) {
            try reader.readLines()
        } catch {
            throw ParameterFileError(
                "not valid TOML: \(error.problem)", at: reader.cursor.position, in: text)
        }
        return .map(reader.root.map)
    }

    private init(_ text: [UInt8]) {
        cursor = TOMLCursor(text)
        table = root
    }

    private mutating func readLines() throws(TOMLCursor.Failure) {
        while true {
            cursor.skipBlanks()
            if cursor.isAtEnd { return }
            switch cursor.byte {
            case UInt8(ascii: "#"), UInt8(ascii: "\n"): break
            case UInt8(ascii: "["): try readHeader()
            default: try readPair(into: table, section: section, depth: tableDepth)
            }
            try cursor.endLine()
        }
    }

    private mutating func readHeader() throws(TOMLCursor.Failure) {
        section += 1
        cursor.position += 1
        let isArray = cursor.skip("[")
        let path = try cursor.keyPath()
        try cursor.expect("]", "']'")
        if isArray { try cursor.expect("]", "']]'") }
        var parent = root
        for key in path.dropLast() {
            switch parent[key] {
            case nil:
                let new = TOMLTable(.implied, section: section)
                parent.set(key, .table(new))
                parent = new
            case .table(let table): parent = table
            case .tables(let array): parent = array.tables.last ?? parent
            case .value: throw .init("the key '\(key)' has a value already")
            }
        }
        let last = path.last ?? ""
        table = try isArray ? appendTable(last, to: parent) : openTable(last, in: parent)
        tableDepth = path.count
    }

    private func openTable(
        _ key: String, in parent: TOMLTable
    ) throws(TOMLCursor.Failure) -> TOMLTable {
        switch parent[key] {
        case nil:
            let new = TOMLTable(.header, section: section)
            parent.set(key, .table(new))
            return new
        case .table(let table) where table.origin == .implied:
            table.origin = .header
            return table
        default: throw .init("the table '\(key)' is defined already")
        }
    }

    private func appendTable(
        _ key: String, to parent: TOMLTable
    ) throws(TOMLCursor.Failure) -> TOMLTable {
        let new = TOMLTable(.header, section: section)
        switch parent[key] {
        case nil:
            let array = TOMLTable.Array()
            array.tables = [new]
            parent.set(key, .tables(array))
        case .tables(let array): array.tables.append(new)
        default: throw .init("'\(key)' is no array of tables")
        }
        return new
    }

    /// Reads `a.b = value`.
    private mutating func readPair(
        into start: TOMLTable, section: Int, depth: Int
    ) throws(TOMLCursor.Failure) {
        let path = try cursor.keyPath()
        guard depth + path.count < parameterDepthLimit else { throw .tooDeep }
        try cursor.expect("=", "'='")
        cursor.skipBlanks()
        var table = start
        for key in path.dropLast() {
            switch table[key] {
            case nil:
                let new = TOMLTable(.dotted, section: section)
                table.set(key, .table(new))
                table = new
            case .table(let next) where next.accepts(dottedKeysOf: section): table = next
            default: throw .init("the key '\(key)' is defined already")
            }
        }
        let last = path.last ?? ""
        guard table[last] == nil else { throw .init("the key '\(last)' has a value already") }
        table.set(last, .value(try value(depth: depth + path.count)))
    }

    private mutating func value(depth: Int) throws(TOMLCursor.Failure) -> ParameterValue {
        guard depth < parameterDepthLimit else { throw .tooDeep }
        switch cursor.byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try cursor.string())
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default: return try tomlScalar(cursor.takeWord())
        }
    }

    private mutating func array(depth: Int) throws(TOMLCursor.Failure) -> ParameterValue {
        var elements: [ParameterValue] = []
        cursor.position += 1
        while true {
            try cursor.skipBlankLines()
            if cursor.skip("]") { return .list(elements) }
            elements.append(try value(depth: depth + 1))
            try cursor.skipBlankLines()
            if cursor.skip("]") { return .list(elements) }
            try cursor.expect(",", "',' or ']'")
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLCursor.Failure) -> ParameterValue {
        let table = TOMLTable(.header, section: section)
        cursor.position += 1
        cursor.skipBlanks()
        if cursor.skip("}") { return .map(ParameterMap()) }
        while true {
            try readPair(into: table, section: section, depth: depth + 1)
            cursor.skipBlanks()
            if cursor.skip("}") { return .map(table.map) }
            try cursor.expect(",", "',' or '}'")
            cursor.skipBlanks()
        }
    }
}
