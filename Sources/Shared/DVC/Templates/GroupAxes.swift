/// The lists of a `matrix`, and their combinations.
struct GroupAxes {
    private var names: [String] = []
    private var axes: [[UInt8]: [GroupElement]] = [:]

    mutating func set(_ name: String, _ elements: [GroupElement]) {
        if axes.updateValue(elements, forKey: Array(name.utf8)) == nil { names.append(name) }
    }

    /// All combinations, the last list going fastest.
    func members(spending files: ParameterFiles) throws(TemplateFault) -> GroupMembers {
        var members = GroupMembers()
        let lists = names.map { axes[Array($0.utf8)] ?? [] }
        if lists.contains(where: \.isEmpty) { return members }
        var count = 1
        for list in lists {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: list.count)
            guard !isTooLarge, product <= generatedStageLimit else {
                throw .tooManyStages(limit: generatedStageLimit)
            }
            count = product
        }
        let fragments = try fragments(of: lists, limit: files.remaining)
        var indices = lists.map { _ in 0 }
        for _ in 0..<count {
            var item = ParameterMap()
            var length = 64
            for axis in lists.indices {
                item[names[axis]] = lists[axis][indices[axis]].value
                length += fragments[axis][indices[axis]].utf8.count + 32
            }
            try files.spend(length)
            let parts = lists.indices.map { fragments[$0][indices[$0]] }
            let key = parts.joined(separator: "-")
            members.append(GroupMember(key: key, item: .map(item), hasKey: true))
            for axis in lists.indices.reversed() {
                indices[axis] += 1
                if indices[axis] < lists[axis].count { break }
                indices[axis] = 0
            }
        }
        return members
    }

    /// What each element adds to a name: its text or, when it is compound, its list and number.
    private func fragments(
        of lists: [[GroupElement]], limit: Int
    ) throws(TemplateFault) -> [[String]] {
        var fragments: [[String]] = []
        for (name, list) in zip(names, lists) {
            var texts: [String] = []
            for (index, element) in list.enumerated() {
                let isNumbered = element.value.isCompound
                texts.append(
                    isNumbered ? "\(name)\(index)" : try element.name(limit: limit))
            }
            fragments.append(texts)
        }
        return fragments
    }
}
