internal import YAML

/// The largest number of stages that one `dvc.yaml` may stand for.
let generatedStageLimit = 100_000

extension TemplateFilling {
    /// The members of a `foreach` group.
    ///
    /// Source: `ForeachDefinition` in DVC 3.67 `parsing/__init__.py`.
    func members(ofForeach node: YAMLNode) throws(MetafileError) -> GroupMembers {
        if let nodes = node.sequence {
            return try members(of: elements(nodes), at: node.mark)
        }
        var members = GroupMembers()
        if let mapping = node.mapping {
            for entry in mapping.entries {
                let key = try groupKey(entry)
                let item = try fill(entry.value, .anything)
                members.append(GroupMember(key: key, item: item, hasKey: true))
            }
            return members
        }
        let data = try element(node)
        switch data.value {
        case .list(let values) where data.isComputed:
            let elements = values.map { GroupElement($0, isComputed: true) }
            return try self.members(of: elements, at: node.mark)
        case .map(let map) where data.isComputed:
            for entry in map.entries {
                members.append(GroupMember(key: entry.key, item: entry.value, hasKey: true))
            }
            return members
        default: throw located(.notIterable(data.value.kind), at: node.mark)
        }
    }

    /// Members from a list, named by their numbers when one of them is compound.
    private func members(
        of elements: [GroupElement], at mark: YAMLMark
    ) throws(MetafileError) -> GroupMembers {
        let isNumbered = elements.contains(where: \.value.isCompound)
        var members = GroupMembers()
        for (index, element) in elements.enumerated() {
            let key = isNumbered ? String(index) : try name(of: element, at: mark)
            members.append(GroupMember(key: key, item: element.value, hasKey: false))
        }
        return members
    }

    /// The members of a `matrix` group.
    ///
    /// Source: `MatrixDefinition` in DVC 3.67 `parsing/__init__.py`.
    func members(ofMatrix matrix: YAMLNode) throws(MetafileError) -> GroupMembers {
        var axes = GroupAxes()
        for entry in matrix.mapping?.entries ?? [] {
            let name = try groupKey(entry)
            axes.set(name, try axis(entry.value))
        }
        do throws(TemplateFault) {
            return try axes.members(spending: files)
        } catch {
            throw located(error, at: matrix.mark)
        }
    }

    /// The elements of one entry of `matrix`; a text is gone through letter by letter.
    private func axis(_ node: YAMLNode) throws(MetafileError) -> [GroupElement] {
        if let nodes = node.sequence { return try elements(nodes) }
        let data = try element(node)
        switch data.value {
        case .list(let values) where data.isComputed:
            return values.map { GroupElement($0, isComputed: true) }
        case .map(let map) where data.isComputed:
            return map.entries.map { GroupElement(.string($0.key), isComputed: false) }
        case .string(let text) where !data.isComputed:
            return text.unicodeScalars.map { GroupElement(.string(String($0)), isComputed: false) }
        default: throw located(.notIterable(data.value.kind), at: node.mark)
        }
    }

    private func elements(_ nodes: [YAMLNode]) throws(MetafileError) -> [GroupElement] {
        var elements: [GroupElement] = []
        for node in nodes { elements.append(try element(node)) }
        return elements
    }

    private func element(_ node: YAMLNode) throws(MetafileError) -> GroupElement {
        let isComputed = node.string.map { TemplateText($0).onlyExpression != nil } ?? false
        return GroupElement(try fill(node, .anything), isComputed: isComputed)
    }

    /// The text of a key that stands in the group's data itself; none may be one expression.
    private func groupKey(_ entry: YAMLMapping.Entry) throws(MetafileError) -> String {
        let text = entry.key.text
        if entry.key.value == .string, TemplateText(text).onlyExpression != nil {
            throw located(.badKey(text), at: entry.keyMark)
        }
        let isDay = entry.key.value == .timestamp && text.utf8.count == 10
        if isDay { return text }
        let key = GroupElement(try self.key(entry, .anything), isComputed: false)
        return try name(of: key, at: entry.keyMark)
    }

    private func name(
        of element: GroupElement, at mark: YAMLMark
    ) throws(MetafileError) -> String {
        do throws(TemplateFault) {
            let name = try element.name(limit: files.remaining)
            try files.spend(name.utf8.count)
            return name
        } catch {
            throw located(error, at: mark)
        }
    }
}
