/// A configuration file as it is written: names in their case, references as such, and where each
/// thing stands.
struct RawConfig {
    let text: [Unicode.Scalar]
    /// The first one holds what comes before any title.
    let sections: [RawConfigSection]

    init(text: [Unicode.Scalar], sections: [RawConfigSection]) {
        self.text = text
        self.sections = sections
    }

    init(parsing bytes: [UInt8], name: String) throws(ConfigError) {
        var parser = ConfigFileParser(name: name)
        self = try parser.parse(bytes)
    }
}

/// A section as it stands in the file; ranges are positions in the text.
struct RawConfigSection {
    let title: String
    /// Counted from 1.
    let line: Int
    let depth: Int
    /// The index of the section around it; the outermost one is its own.
    let parent: Int
    /// The line of the title with its end.
    let header: Range<Int>
    /// The title alone, with its quotes.
    let titleRange: Range<Int>
    var options: [RawConfigOption] = []
    /// The keys and the titles of the sections within, which must not be the same either.
    var names: Set<String> = []
}

/// An option as it stands in the file; ranges are positions in the text.
struct RawConfigOption {
    let key: String
    let option: ConfigFile.Option
    /// Its lines with their ends.
    let range: Range<Int>
    /// The value and what follows it, without the end of the line.
    let valueRange: Range<Int>
}
