/// A table of a TOML text while it is being read; later lines may still add to it.
///
/// A class, because headers and dotted keys reach into tables from many places.
final class TOMLTable {
    enum Item {
        case value(ParameterValue)
        case table(TOMLTable)
        /// Tables under `[[name]]`; never empty.
        case tables(Array)
    }

    /// A class, so that it can grow where it stands.
    final class Array {
        var tables: [TOMLTable] = []
    }

    /// How a table came to be, which decides what may be added to it.
    enum Origin {
        /// On the way to another header's table; a header of its own may follow.
        case implied
        case header
        /// By a dotted key; only dotted keys of the same section may add to it.
        case dotted
    }

    private var keys: [String] = []
    private var items: [[UInt8]: Item] = [:]
    var origin: Origin
    /// The section whose dotted keys made this table; sections are counted in the text's order.
    private var section: Int

    init(_ origin: Origin, section: Int) {
        self.origin = origin
        self.section = section
    }

    /// Whether dotted keys may add to this table; one that a header only passed becomes theirs.
    func accepts(dottedKeysOf section: Int) -> Bool {
        if origin == .implied {
            origin = .dotted
            self.section = section
        }
        return origin == .dotted && self.section == section
    }

    subscript(key: String) -> Item? { items[[UInt8](key.utf8)] }

    func set(_ key: String, _ item: Item) {
        if items.updateValue(item, forKey: [UInt8](key.utf8)) == nil { keys.append(key) }
    }

    /// The finished table.
    var map: ParameterMap {
        var map = ParameterMap()
        for key in keys {
            switch self[key] {
            case .value(let value): map[key] = value
            case .table(let table): map[key] = .map(table.map)
            case .tables(let array): map[key] = .list(array.tables.map { .map($0.map) })
            case nil: break
            }
        }
        return map
    }
}
