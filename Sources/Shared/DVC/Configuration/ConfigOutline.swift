/// A configuration file as DVC keeps it in memory: names in lower case, values, their order, and
/// nothing else.
struct ConfigOutline {
    struct Section {
        var name: ConfigSectionName
        var options: [(key: String, value: ConfigValue)] = []
    }

    private(set) var sections: [Section] = []

    /// What the sections say; `values` are the options of the section at an index, in their order.
    ///
    /// Where two names become the same in lower case, the last one's content stands in the first
    /// one's place. Sections within sections are left out, unless they are a way to write a name.
    init(
        _ raw: [RawConfigSection],
        values: (Int) throws(ConfigError) -> [(key: String, option: ConfigFile.Option)]
    ) throws(ConfigError) {
        for index in raw.indices.dropFirst() {
            guard let name = raw.name(of: index) else { continue }
            var section = Section(name: name)
            for (key, option) in try values(index) {
                section.set(key.lowercased(), to: option.value)
            }
            if let place = sections.firstIndex(where: { $0.name == name }) {
                sections[place] = section
            } else {
                sections.append(section)
            }
        }
    }

    subscript(name: ConfigSectionName) -> Section? { sections.first { $0.name == name } }

    mutating func apply(_ edit: ConfigEdit) {
        let place = sections.firstIndex { $0.name == edit.section }
        switch edit {
        case .set(let option, let value, let section):
            if let place {
                sections[place].set(option, to: .text(value))
            } else {
                sections.append(Section(name: section, options: [(option, .text(value))]))
            }
        case .unset(let option, _):
            guard let place else { return }
            sections[place].options.removeAll { $0.key == option }
        case .remove: sections.removeAll { $0.name == edit.section }
        case .rename(_, let name):
            guard let place else { return }
            var section = sections.remove(at: place)
            section.name = ConfigSectionName(name, kind: section.name.kind)
            sections.append(section)
        }
    }

    /// The sections as DVC writes them: those without names first, and of them none that is empty.
    var writtenSections: [Section] {
        sections.filter { $0.name.kind == nil && !$0.options.isEmpty }
            + ConfigSectionName.kinds.flatMap { kind in sections.filter { $0.name.kind == kind } }
    }

    /// The file that DVC writes, or `nil` when something in it has no way to be written.
    var text: String? {
        var lines: [String] = []
        for section in writtenSections {
            guard let title = ConfigQuoting.name(section.name.title) else { return nil }
            lines.append("[\(title)]")
            for (key, value) in section.options {
                guard let key = ConfigQuoting.name(key), let value = ConfigQuoting.value(value)
                else { return nil }
                lines.append("    \(key) = \(value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether both say the same, in whatever order.
    func isEquivalent(to other: ConfigOutline) -> Bool {
        let (mine, theirs) = (writtenSections, other.writtenSections)
        return mine.count == theirs.count
            && mine.allSatisfy { section in
                guard let twin = other[section.name] else { return false }
                return twin.options.count == section.options.count
                    && section.options.allSatisfy { key, value in
                        twin[key].map { $0.isExactly(value) } ?? false
                    }
            }
    }
}

extension ConfigOutline.Section {
    subscript(option: String) -> ConfigValue? { options.first { $0.key == option }?.value }

    fileprivate mutating func set(_ option: String, to value: ConfigValue) {
        if let place = options.firstIndex(where: { $0.key == option }) {
            options[place].value = value
        } else {
            options.append((option, value))
        }
    }
}

extension ConfigValue {
    /// Equality code point by code point, where Swift's strings compare by meaning.
    func isExactly(_ other: ConfigValue) -> Bool {
        switch (self, other) {
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)):
            left.elementsEqual(right) { $0.utf8.elementsEqual($1.utf8) }
        default: false
        }
    }
}

extension [RawConfigSection] {
    /// The name that a section has for DVC, or `nil` when it is part of another one.
    func name(of index: Int) -> ConfigSectionName? {
        let section = self[index]
        let title = section.title.lowercased()
        if section.depth == 1 {
            // `[remote]` alone is no section: it replaces all remotes before it by those within.
            return ConfigSectionName.kinds.contains(title) ? nil : ConfigSectionName(title: title)
        }
        let outer = self[section.parent].title.lowercased()
        guard section.depth == 2, ConfigSectionName.kinds.contains(outer) else { return nil }
        return ConfigSectionName(title, kind: outer)
    }
}
