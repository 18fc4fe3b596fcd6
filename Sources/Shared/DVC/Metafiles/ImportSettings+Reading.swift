internal import YAML

extension ImportSettings {
    /// Reads the part `repo` of a dependency.
    init(_ source: YAMLMapping?) {
        self.init()
        guard let config = source?["config"] else {
            remoteOptions = Self.options(source?["remote"])
            return
        }
        if let path = config.string {
            file = path.isEmpty ? nil : path
        } else {
            for entry in config.mapping?.entries ?? [] { add(entry.key.text, entry.value) }
        }
        remoteOptions = Self.options(source?["remote"])
    }

    /// The options that a map has; none for anything else.
    private static func options(_ node: YAMLNode?) -> [String: String] {
        var options: [String: String] = [:]
        for entry in node?.mapping?.entries ?? [] {
            // A list is none of an option that matters to reading.
            if let text = entry.value.scalar?.text { options[entry.key.text] = text }
        }
        return options
    }

    /// Adds a section, or all sections of a kind, such as all remotes.
    private mutating func add(_ name: String, _ node: YAMLNode) {
        guard ConfigSectionName.kinds.contains(name) else {
            add(ConfigSectionName(name), Self.options(node))
            return
        }
        for entry in node.mapping?.entries ?? [] {
            add(
                ConfigSectionName(entry.key.text, kind: name), Self.options(entry.value))
        }
    }

    private mutating func add(_ section: ConfigSectionName, _ options: [String: String]) {
        bytes += Self.section(section, options)
    }

    /// A section as it stands in a configuration file; options that cannot be written are left out.
    package static func section(
        _ section: ConfigSectionName, _ options: [String: String]
    ) -> [UInt8] {
        guard let title = ConfigQuoting.name(section.title) else { return [] }
        var text = "[\(title)]\n"
        for (name, value) in options.sorted(by: { $0.key < $1.key }) {
            guard let name = ConfigQuoting.name(name),
                let value = ConfigQuoting.value(.text(value))
            else { continue }
            text += "\(name) = \(value)\n"
        }
        return Array(text.utf8)
    }
}
