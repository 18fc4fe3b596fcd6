extension YAMLScalar {
    /// The scalar of an event: what its tag says, or what its plain text means.
    ///
    /// Only the tags of the core schema are known, as in a safe loader; a text that does not fit
    /// its tag is an error.
    init(text: String, isPlain: Bool, tag: String?, at mark: YAMLMark) throws(YAMLError) {
        guard let tag else {
            self =
                isPlain
                ? YAMLScalar(plain: text)
                : YAMLScalar(text: text, value: .string, isPlain: false)
            return
        }
        let resolved = Value(resolving: text)
        let value: Value
        switch (tag, resolved) {
        case ("!", _), ("tag:yaml.org,2002:str", _): value = .string
        case ("tag:yaml.org,2002:null", _): value = .null
        case ("tag:yaml.org,2002:bool", .boolean), ("tag:yaml.org,2002:int", .integer),
            ("tag:yaml.org,2002:float", .float), ("tag:yaml.org,2002:timestamp", .timestamp):
            value = resolved
        case ("tag:yaml.org,2002:float", .integer(let number?)): value = .float(Double(number))
        case ("tag:yaml.org,2002:bool", _), ("tag:yaml.org,2002:int", _),
            ("tag:yaml.org,2002:float", _), ("tag:yaml.org,2002:timestamp", _):
            throw YAMLError(.tagMismatch(tag: tag, text: text), at: mark)
        default: throw YAMLError(.unsupportedTag(tag), at: mark)
        }
        self.init(text: text, value: value, isPlain: false)
    }
}
