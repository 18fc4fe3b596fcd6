/// The stages of a lock file by name, compared as bytes.
struct LockIndex {
    private var byName: [[UInt8]: PipelineLock.Stage] = [:]
    /// Members `name@key` by `name`, in the order of the file.
    private var byGroup: [[UInt8]: [PipelineLock.Stage]] = [:]

    init(_ lock: PipelineLock?, definition: PipelineDefinition) {
        let defined = Set(definition.stages.map { Array($0.name.utf8) })
        for stage in lock?.stages ?? [] {
            let name = Array(stage.name.utf8)
            byName[name] = stage
            // A stage that `dvc.yaml` names in full is not a member of a group.
            guard !defined.contains(name), let at = name.firstIndex(of: UInt8(ascii: "@")) else {
                continue
            }
            byGroup[Array(name[..<at]), default: []].append(stage)
        }
    }

    /// What the lock file has of a stage: of a group all members, else one entry or none.
    func stages(for stage: StageDefinition) -> [PipelineLock.Stage] {
        let name = Array(stage.name.utf8)
        if stage.isGroup { return byGroup[name] ?? [] }
        return byName[name].map { [$0] } ?? []
    }
}

extension StageDefinition {
    /// The outs whose place and flags are known without resolving templates.
    func literalOuts(locked: PipelineLock.Stage?) -> [Out] {
        guard !isGroup, !wdir.hasTemplate else { return [] }
        var entries: [[UInt8]: PipelineLock.Entry] = [:]
        for entry in locked?.outs ?? [] { entries[Array(entry.path.utf8)] = entry }
        return outs.filter { !$0.hasTemplate }.map { out in
            let path = out.path.unescapingTemplates
            return Out(
                at: OutLocation(path, in: wdir.unescapingTemplates),
                data: entries[Array(path.utf8)]?.data ?? OutData(), flags: out.resolvedFlags,
                stage: name, line: out.line)
        }
    }

    /// The outs of `locked` that no literal out of this stage stands for.
    ///
    /// When `wdir` is a template they are placed as if it were the metafile's directory.
    func uncertainOuts(locked: PipelineLock.Stage) -> [Out] {
        let isPlaced = !wdir.hasTemplate
        let known =
            isGroup || !isPlaced
            ? [] : outs.filter { !$0.hasTemplate }.map { Array($0.path.unescapingTemplates.utf8) }
        let literal = Set(known)
        return locked.outs.filter { !literal.contains(Array($0.path.utf8)) }.map { entry in
            let directory = isPlaced ? wdir.unescapingTemplates : ""
            return Out(
                at: OutLocation(entry.path, in: directory), data: entry.data, flags: OutFlags(),
                stage: locked.name, line: entry.line, isUncertain: true)
        }
    }
}

extension OutDefinition {
    fileprivate var resolvedFlags: OutFlags {
        var resolved = flags
        resolved.remoteName = flags.remoteName?.unescapingTemplates
        return resolved
    }
}
