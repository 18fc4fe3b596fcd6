internal import YAML

/// Makes the stages of a `dvc.yaml` from their definitions.
///
/// Source: `DataResolver` in DVC 3.67 `parsing/__init__.py`.
struct PipelineStages {
    private let definitions: [StageDefinition]
    private let context: TemplateContext
    private let files: ParameterFiles
    private var positions: [[UInt8]: Int] = [:]

    init(_ definitions: [StageDefinition], _ context: TemplateContext, _ files: ParameterFiles) {
        self.definitions = definitions
        self.context = context
        self.files = files
        for (index, definition) in definitions.enumerated() {
            positions[Array(definition.name.utf8)] = index
        }
    }

    func all() throws(MetafileError) -> [PipelineStage] {
        var groups: [Int: GroupMembers] = [:]
        var names: [(name: String, mark: YAMLMark)] = []
        for (index, definition) in definitions.enumerated() {
            guard let members = try members(of: definition) else {
                names.append((definition.name, definition.mark))
                continue
            }
            groups[index] = members
            for member in members.all {
                let length = definition.name.utf8.count + member.key.utf8.count + 1
                try spend(length, at: definition.mark)
                names.append(("\(definition.name)@\(member.key)", definition.mark))
            }
            guard names.count <= generatedStageLimit else {
                throw failure(.tooManyStages(limit: generatedStageLimit), at: definition.mark)
            }
        }
        var stages: [PipelineStage] = []
        for (name, mark) in names { stages.append(try stage(name, groups, at: mark)) }
        return stages
    }

    private func members(of definition: StageDefinition) throws(MetafileError) -> GroupMembers? {
        let place = "stages.\(definition.name)."
        switch definition.group {
        case .foreach(let data):
            return try TemplateFilling(context: context, files: files, place: place + "foreach")
                .members(ofForeach: data)
        case .matrix(let data):
            return try TemplateFilling(context: context, files: files, place: place + "matrix")
                .members(ofMatrix: data)
        case nil: return nil
        }
    }

    /// The stage of a name, found as DVC finds it: what follows the last `@` is a member's key.
    private func stage(
        _ name: String, _ groups: [Int: GroupMembers], at mark: YAMLMark
    ) throws(MetafileError) -> PipelineStage {
        let bytes = Array(name.utf8)
        let at = bytes.lastIndex(of: UInt8(ascii: "@"))
        guard !name.isEmpty, let index = positions[Array(bytes[..<(at ?? bytes.count)])] else {
            throw failure(.badMember(name), at: mark)
        }
        let definition = definitions[index]
        guard let at else {
            guard groups[index] == nil else { throw failure(.badMember(name), at: mark) }
            return try PipelineStage(definition, named: name, context, files)
        }
        let key = String(decoding: bytes[(at + 1)...], as: UTF8.self)
        guard !key.isEmpty, let member = groups[index]?[key] else {
            throw failure(.badMember(name), at: mark)
        }
        if let kind = member.item.unsupportedPart { throw failure(.unsupported(kind), at: mark) }
        return try PipelineStage(definition, named: name, context.adding(member), files)
    }

    private func spend(_ amount: Int, at mark: YAMLMark) throws(MetafileError) {
        do throws(TemplateFault) {
            try files.spend(amount)
        } catch {
            throw failure(error, at: mark)
        }
    }

    private func failure(_ fault: TemplateFault, at mark: YAMLMark) -> MetafileError {
        MetafileError(.template(place: "stages", fault), at: mark)
    }
}
