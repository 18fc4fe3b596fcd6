internal import Basics

/// The values that templates can name.
///
/// Source: `Context` in DVC 3.67 `parsing/context.py`.
struct TemplateContext {
    private var values = ParameterMap()
    /// `item` and `key` of a member of a group, which hide other values of these names.
    private var member = ParameterMap()
    /// What was loaded of each file: some keys, or `nil` for the whole file.
    private var imports: [FilePath: [String]?] = [:]

    /// How many names there are, which is what a copy costs.
    var count: Int { values.entries.count }

    /// The same values with those of a group's member.
    func adding(_ member: GroupMember) -> TemplateContext {
        var context = self
        context.member = ParameterMap()
        context.member["item"] = member.item
        if member.hasKey { context.member["key"] = .string(member.key) }
        return context
    }

    func value(of text: String) throws(TemplateFault) -> ParameterValue {
        let expression = try TemplateExpression(text)
        guard let first = expression.steps.first,
            var value = member[first] ?? values[first]
        else { throw .notFound(text) }
        for step in expression.steps.dropFirst() {
            let next: ParameterValue?
            switch value {
            case .map(let map): next = map[step]
            case .list(let elements): next = elements[numbered: step]
            default: next = nil
            }
            guard let next else { throw .notFound(text) }
            value = next
        }
        return value
    }

    /// Adds the values of a map; one that is there already is an error, except maps, which grow.
    mutating func merge(_ map: ParameterMap) throws(TemplateFault) {
        for entry in map.entries where member.has(entry.key) { throw .reserved(entry.key) }
        try values.merge(map)
    }

    /// Loads what an entry of `vars` names: `file` or `file:key1,key2`.
    mutating func load(
        _ item: String, in directory: FilePath, from files: ParameterFiles
    ) throws(TemplateFault) {
        let parts = item.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        guard !name.utf8.contains(0) else { throw .noFile(FilePath(name)) }
        let path = directory.appending(FilePath(name)).normalized
        let list = parts.count > 1 ? parts[1] : ""
        let keys = list.isEmpty ? nil : list.split(separator: ",").map(String.init)
        let isWhole = keys?.isEmpty ?? true
        if let imported = imports[path] {
            guard let imported else {
                if isWhole { return }
                throw .alreadyLoaded(item)
            }
            let seen = Set(imported.map { Array($0.utf8) })
            let isNew = keys?.allSatisfy { !seen.contains(Array($0.utf8)) } ?? false
            guard !isWhole, isNew else { throw .alreadyLoaded(item) }
        }
        guard let file = try files.values(at: path) else { throw .noFile(path) }
        var map = file
        if let keys, !isWhole {
            map = ParameterMap()
            for key in keys {
                guard let value = file[key] else { throw .noSuchKey(key, path) }
                map[key] = value
            }
        }
        if let kind = ParameterValue.map(map).unsupportedPart { throw .unsupported(kind) }
        try merge(map)
        if let before = imports[path] {
            imports[path] = .some((before ?? []) + (keys ?? []))
        } else {
            imports.updateValue(keys, forKey: path)
        }
    }
}

extension ParameterMap {
    fileprivate mutating func merge(_ other: ParameterMap) throws(TemplateFault) {
        for entry in other.entries {
            guard let present = self[entry.key] else {
                self[entry.key] = entry.value
                continue
            }
            guard case .map = present, case .map(let inner) = entry.value else {
                throw .redefined(entry.key)
            }
            try changeMap(entry.key) { map throws(TemplateFault) in try map.merge(inner) }
        }
    }
}

/// The parameters files of one `dvc.yaml`, each read once, and a limit to all work on templates.
final class ParameterFiles {
    private let read: (FilePath) -> [UInt8]?
    private var known: [FilePath: Result<ParameterMap?, TemplateFault>] = [:]
    /// In bytes of text, roughly; what is left for all of the `dvc.yaml`.
    private var allowance: Int

    init(allowance: Int = 64 << 20, read: @escaping (FilePath) -> [UInt8]?) {
        self.allowance = allowance
        self.read = read
    }

    /// How much text may still be made.
    var remaining: Int { allowance }

    func spend(_ amount: Int) throws(TemplateFault) {
        guard amount <= allowance else { throw .tooMuchText }
        allowance -= amount
    }

    /// The values in a file; `nil` when there is no such file.
    func values(at path: FilePath) throws(TemplateFault) -> ParameterMap? {
        if let result = known[path] {
            let map = try result.get()
            try spend(16 * (map?.entries.count ?? 0))
            return map
        }
        do throws(TemplateFault) {
            let map = try readValues(at: path)
            known[path] = .success(map)
            return map
        } catch {
            known[path] = .failure(error)
            throw error
        }
    }

    private func readValues(at path: FilePath) throws(TemplateFault) -> ParameterMap? {
        let costOfFile = 4096
        try spend(costOfFile)
        guard let bytes = read(path) else { return nil }
        try spend(bytes.count)
        let value: ParameterValue
        do throws(ParameterFileError) {
            value = try parameterFile(bytes, named: path)
        } catch {
            throw .badFile(path, error)
        }
        guard case .map(let map) = value else { throw .notAMap(path, found: value.kind) }
        return map
    }
}
