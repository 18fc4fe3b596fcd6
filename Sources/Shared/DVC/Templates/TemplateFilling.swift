internal import YAML

/// What a template may stand for, by where it is.
enum TemplateRule {
    /// In a stage: text, numbers, Booleans, null.
    case oneValue
    /// In `cmd`: maps as well, which become options.
    case command
    /// In the data of a group, in what a `dvc.yaml` says outside of stages: all.
    case anything
}

/// Fills in the templates of one stage, or of what stands outside of stages.
struct TemplateFilling {
    let context: TemplateContext
    let files: ParameterFiles
    /// `stages.train.outs`, for messages.
    let place: String

    /// The value of a text, which is a string unless all of the text is one expression.
    func value(
        _ text: String, _ rule: TemplateRule = .oneValue
    ) throws(TemplateFault) -> ParameterValue {
        try files.spend(text.utf8.count + 1)
        guard text.utf8.contains(UInt8(ascii: "$")) else { return .string(text) }
        let template = TemplateText(text)
        if let expression = template.onlyExpression {
            return try value(of: expression, rule)
        }
        guard template.hasExpressions else { return .string(text.unescapingTemplates) }
        var filled = PythonText(limit: files.remaining)
        for piece in template.pieces {
            switch piece {
            case .literal(let bytes): try filled.append(bytes)
            case .expression(let expression):
                try filled.appendInterpolated(value(of: expression, rule))
            }
        }
        try files.spend(filled.bytes.count)
        return .string(filled.text.unescapingTemplates)
    }

    private func value(
        of expression: String, _ rule: TemplateRule
    ) throws(TemplateFault) -> ParameterValue {
        let value = try context.value(of: expression)
        switch (value, rule) {
        case (.list, .oneValue), (.list, .command), (.map, .oneValue):
            throw .notOneValue(expression: expression, found: value.kind)
        default: return value
        }
    }

    /// The same as `value(_:_:)`, with the place in the error.
    func value(
        _ text: String, at mark: YAMLMark, _ rule: TemplateRule = .oneValue
    ) throws(MetafileError) -> ParameterValue {
        do throws(TemplateFault) {
            return try value(text, rule)
        } catch {
            throw located(error, at: mark)
        }
    }

    func located(_ fault: TemplateFault, at mark: YAMLMark) -> MetafileError {
        MetafileError(.template(place: place, fault), at: mark)
    }

    /// Fills in everything in `node` and returns it, so that what DVC refuses is noticed.
    ///
    /// As in DVC, keys that are no strings are left out of maps.
    @discardableResult func fill(
        _ node: YAMLNode, _ rule: TemplateRule = .oneValue
    ) throws(MetafileError) -> ParameterValue {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.value == .string else { return ParameterValue(scalar) }
            return try value(scalar.text, at: node.mark, rule)
        case .sequence(let elements):
            var filled: [ParameterValue] = []
            for element in elements { filled.append(try fill(element, rule)) }
            return .list(filled)
        case .mapping(let mapping):
            var filled = ParameterMap()
            for entry in mapping.entries {
                let key = try self.key(entry, rule)
                let value = try fill(entry.value, rule)
                if case .string(let name) = key { filled[name] = value }
            }
            return .map(filled)
        }
    }

    /// The key of an entry, which Python must be able to look up.
    func key(
        _ entry: YAMLMapping.Entry, _ rule: TemplateRule = .oneValue
    ) throws(MetafileError) -> ParameterValue {
        guard entry.key.value == .string else { return ParameterValue(entry.key) }
        let key = try value(entry.key.text, at: entry.keyMark, rule)
        guard !key.isCompound else {
            throw located(.badKey(entry.key.text), at: entry.keyMark)
        }
        return key
    }
}
