internal import Basics
internal import YAML

/// One stage of a `dvc.yaml` as DVC runs it, templates filled in.
struct PipelineStage: Equatable, Sendable {
    /// `name`, or `name@key` for a member of a group.
    let name: String
    let wdir: String
    let outs: [OutDefinition]
    /// What the stage reads, parameters files among it.
    let dependencies: [OutLocation]
    let settings: StageSettings

    /// Fills in the templates of a stage.
    ///
    /// Everything in it is filled in, also what is not kept: DVC refuses the whole file when
    /// anything fails.
    ///
    /// Source: `EntryDefinition.resolve_stage` in DVC 3.67 `parsing/__init__.py`.
    init(
        _ definition: StageDefinition, named name: String, _ context: TemplateContext,
        _ files: ParameterFiles
    ) throws(MetafileError) {
        let place = "stages.\(name)"
        var context = context
        let entries = definition.entries
        let workingDirectory = entries.first { $0.key.text == "wdir" }
        if let variables = entries.first(where: { $0.key.text == "vars" }) {
            let templates = TemplateFilling(context: context, files: files, place: place + ".wdir")
            let directory = try templates.directory(workingDirectory)
            let place = place + ".vars"
            try context.load(variables.value, in: directory, from: files, place: place)
        }
        var outs: [OutDefinition.List: [OutDefinition]] = [:]
        var inputs: [String] = []
        var settings = ParameterMap()
        for entry in entries where entry.key.text != "vars" {
            let key = entry.key.text
            let templates = TemplateFilling(
                context: context, files: files, place: "\(place).\(key)")
            if let list = OutDefinition.List(rawValue: key) {
                outs[list] = try OutDefinition.read(
                    entry.value.sequence ?? [], from: list, templates)
            } else {
                settings[key] = try templates.fill(
                    entry.value, key == "cmd" ? .command : .oneValue)
                inputs += try templates.inputs(in: entry.value.sequence ?? [], of: key)
            }
        }
        self.name = name
        // The order in which DVC has them, whatever that of the file is.
        self.outs = OutDefinition.List.allCases.flatMap { outs[$0] ?? [] }
        self.settings = StageSettings(settings)
        let templates = TemplateFilling(context: context, files: files, place: place + ".wdir")
        let wdir = try templates.workingDirectory(workingDirectory)
        self.wdir = wdir
        dependencies = inputs.map { OutLocation($0, in: wdir) }
    }
}

extension TemplateFilling {
    /// Where the `vars` of a stage look for files, relative to the `dvc.yaml`'s directory.
    fileprivate func directory(_ entry: YAMLMapping.Entry?) throws(MetafileError) -> FilePath {
        guard let entry, let text = entry.value.string, !text.isEmpty else { return "" }
        do throws(TemplateFault) {
            var directory = PythonText(limit: files.remaining)
            try directory.appendInterpolated(value(text))
            return FilePath(directory.text)
        } catch {
            throw located(error, at: entry.value.mark)
        }
    }

    /// Where a stage works; empty for the `dvc.yaml`'s directory, as is whatever Python calls false.
    fileprivate func workingDirectory(
        _ entry: YAMLMapping.Entry?
    ) throws(MetafileError) -> String {
        guard let entry, let text = entry.value.string else { return "" }
        let mark = entry.value.mark
        let value = try value(text, at: mark)
        if value.isFalsy { return "" }
        let directory = try string(value, "'wdir'", at: mark)
        try checkWorkingDirectory(directory, at: mark)
        return directory
    }

    /// The files that a stage reads, as `deps` or `params` names them, once they are checked as
    /// DVC does when it loads a stage.
    ///
    /// Source: `dependency/__init__.py` of DVC 3.67, `_get` and `_merge_params`.
    fileprivate func inputs(
        in nodes: [YAMLNode], of key: String
    ) throws(MetafileError) -> [String] {
        guard key == "deps" || key == "params" else { return [] }
        var inputs: [String] = []
        for node in nodes {
            if let text = node.string {
                let subject = key == "deps" ? "a dependency" : "a parameter"
                let name = try string(try value(text, at: node.mark), subject, at: node.mark)
                guard key == "params" || !name.isEmpty else {
                    throw MetafileError(.badPath(key: key, value: name), at: node.mark)
                }
                inputs.append(key == "deps" ? name : "params.yaml")
            }
            for entry in node.mapping?.entries ?? [] {
                if let file = try parameterFile(entry) { inputs.append(file) }
            }
        }
        return inputs
    }

    /// A file of `params`, and the list of names in it checked; Python's "nothing" stands for all.
    private func parameterFile(
        _ entry: YAMLMapping.Entry
    ) throws(MetafileError) -> String? {
        let key = try key(entry)
        let file =
            key.isFalsy ? nil : try string(key, "a parameters file", at: entry.keyMark)
        let names = try fill(entry.value)
        if names.isFalsy { return file }
        guard case .list = names else {
            let fault = TemplateFault.wrongKind(
                subject: "the parameters of a file", expected: "a list", found: names.kind)
            throw located(fault, at: entry.value.mark)
        }
        return file
    }
}

extension TemplateContext {
    /// Loads the entries of a `vars` list.
    mutating func load(
        _ variables: YAMLNode, in directory: FilePath, from files: ParameterFiles, place: String
    ) throws(MetafileError) {
        for item in variables.sequence ?? [] {
            do throws(TemplateFault) {
                if let template = item.firstTemplate { throw .notAllowed(template) }
                try files.spend(16 * (count + 1))
                if let text = item.string {
                    try load(text, in: directory, from: files)
                } else if case .map(let map) = ParameterValue(item) {
                    if let kind = ParameterValue.map(map).unsupportedPart {
                        throw .unsupported(kind)
                    }
                    try files.spend(16 * map.entries.count)
                    try merge(map)
                }
            } catch {
                throw MetafileError(.template(place: place, error), at: item.mark)
            }
        }
    }
}

extension YAMLNode {
    /// The first text in this, keys included, that has a template.
    var firstTemplate: String? {
        switch content {
        case .scalar(let scalar):
            return scalar.value == .string && scalar.text.hasTemplate ? scalar.text : nil
        case .sequence(let elements):
            for element in elements {
                if let template = element.firstTemplate { return template }
            }
        case .mapping(let mapping):
            for entry in mapping.entries {
                if entry.key.value == .string, entry.key.text.hasTemplate { return entry.key.text }
                if let template = entry.value.firstTemplate { return template }
            }
        }
        return nil
    }
}
