/// One stage of a group, before its templates are filled in.
struct GroupMember {
    /// What stands after the `@` of its name.
    let key: String
    let item: ParameterValue
    /// Whether templates can name `key`.
    let hasKey: Bool
}

/// The members of a group by key: one that comes again replaces the first in its place.
struct GroupMembers {
    private(set) var all: [GroupMember] = []
    private var positions: [[UInt8]: Int] = [:]

    mutating func append(_ member: GroupMember) {
        let name = Array(member.key.utf8)
        let position = positions[name, default: all.count]
        if position < all.count {
            all[position] = member
        } else {
            positions[name] = position
            all.append(member)
        }
    }

    subscript(key: String) -> GroupMember? { positions[Array(key.utf8)].map { all[$0] } }
}

/// A value that a group goes through.
struct GroupElement {
    let value: ParameterValue
    /// Whether an expression gave it; then Python prints it as itself, `True` and not `true`.
    let isComputed: Bool

    init(_ value: ParameterValue, isComputed: Bool) {
        self.value = value
        self.isComputed = isComputed
    }

    /// What a name has for this.
    func name(limit: Int) throws(TemplateFault) -> String {
        var text = PythonText(limit: limit)
        if isComputed {
            try text.appendString(value)
        } else {
            try text.appendInterpolated(value)
        }
        return text.text
    }
}
