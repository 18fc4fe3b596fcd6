package import Basics
package import DVC
internal import Digests
internal import Git

/// An out as a metafile gives it, with all that is needed to decide where its object belongs.
package struct CollectedOut: Sendable {
    package let out: Out
    package let needed: NeededOut
    /// The DVC root, relative to the top of the repository.
    package let root: FilePath
    package let configuration: RootConfiguration
    package let metafileKind: Metafile.Kind
    /// The metafile that names the out, `dvc.yaml` for a pipeline's; from the top of the repository.
    package let metafile: FilePath
    /// Where an import from another repository comes from; `nil` for anything else.
    package var importSource: ImportSource?

    /// The same out, but only this part of it.
    package func limited(to part: OutPart) -> CollectedOut {
        var needed = needed
        needed.part = part
        return CollectedOut(
            out: out, needed: needed, root: root, configuration: configuration,
            metafileKind: metafileKind, metafile: metafile, importSource: importSource)
    }
}

/// Reads metafiles of any revisions and gives their outs; a broken one does not hide the others.
package final class OutCollector {
    /// The stages found so far; none unless asked for.
    private(set) var stages: [CollectedStage] = []
    /// What pipelines list outside of stages; none unless asked for.
    private(set) var pipelines: [CollectedPipeline] = []
    /// The outs found so far.
    package private(set) var outs: [CollectedOut] = []
    /// Outs without an object that could be transferred.
    package private(set) var unidentified: [UnidentifiedOut] = []
    package private(set) var problems: [PlanProblem] = []
    package var notes: [String] { dvcRoots.notes }
    /// For each parameters file that a `dvc.yaml` was to take values from, the `dvc.lock` beside that
    /// `dvc.yaml`, of whatever revision; kept by ``take()``.
    private(set) var pipelinesByParameters: [FilePath: Set<FilePath>] = [:]
    /// The files, besides the metafiles, that decided what they mean.
    private(set) var context: Set<MetafileVersion> = []

    /// Whether nothing was found, amiss or not.
    var isEmpty: Bool { outs.isEmpty && unidentified.isEmpty && problems.isEmpty }

    private let reader: RevisionReader
    private let dvcRoots: DVCRoots
    private var outDirectories = OutDirectories()
    private let configurations: Configurations
    private var seen: Set<RevisionPath> = []
    private let parser: MetafileParser
    /// Whether stages matter, also those whose outs have no ids in a commit.
    private let keepsStages: Bool
    /// Whether all that stages and pipelines say matters, also those of commits.
    private let keepsContent: Bool

    package convenience init(_ reader: RevisionReader, _ configurations: Configurations) {
        self.init(reader, configurations, keepsStages: false)
    }

    init(
        _ reader: RevisionReader, _ configurations: Configurations, keepsStages: Bool,
        keepsContent: Bool = false
    ) {
        self.keepsStages = keepsStages
        self.keepsContent = keepsContent
        self.reader = reader
        dvcRoots = DVCRoots(reader)
        parser = MetafileParser(reader)
        self.configurations = configurations
    }

    /// Reads more metafiles; those that were read before are passed over, and so are those that DVC
    /// does not see.
    ///
    /// `roots`: the only DVC roots whose metafiles are read, `nil` for all. To DVC, a root inside of
    /// another is none of the outer one's business, broken files included.
    /// Throws `SubprocessError`, `SystemError`: what concerns all of them. What concerns one
    /// becomes a problem.
    package func collect(_ places: [MetafilePlace], in roots: Set<FilePath>? = nil) throws {
        let units = MetafileUnit.units(of: places).filter { seen.insert($0.place).inserted }
        if units.isEmpty { return }
        let rootsFound = try dvcRoots.roots(of: units)
        let ids = try reader.files(units.map(\.ids))
        let pipelines = units.indices.filter { units[$0].flags != nil }
        let flags = Dictionary(
            uniqueKeysWithValues: zip(
                pipelines, try reader.files(pipelines.compactMap { units[$0].flags })))
        for (index, unit) in units.enumerated() {
            // A metafile that is in no DVC repository, or ignored, means nothing.
            guard let found = rootsFound[unit.place], roots?.contains(found.path) ?? true else {
                continue
            }
            read(unit, ids[index], flags[index], found)
        }
        let hidden = rootsFound.filter { outDirectories.contain($0.key, in: $0.value) }
        if !hidden.isEmpty { remove(metafilesAt: Set(hidden.keys)) }
    }

    /// What was found so far, which is then forgotten.
    func take() -> (stages: [CollectedStage], data: CollectedData) {
        defer {
            stages = []
            pipelines = []
            outs = []
            unidentified = []
            problems = []
            seen = []
            context = []
        }
        var data = CollectedData()
        data.outs = outs
        data.unidentified = unidentified
        data.problems = problems
        data.notes = notes
        return (stages, data)
    }

    private func remove(metafilesAt places: Set<RevisionPath>) {
        func isAmong(_ sources: [MetafileVersion], _ revision: Revision) -> Bool {
            sources.first.map { places.contains(RevisionPath(revision, $0.path)) } ?? false
        }
        outs.removeAll { isAmong($0.needed.sources, $0.needed.revision) }
        unidentified.removeAll { isAmong($0.sources, $0.revision) }
        problems.removeAll { isAmong($0.sources, $0.revision) }
        stages.removeAll { places.contains(RevisionPath($0.revision, $0.idFile)) }
    }

    private func read(
        _ unit: MetafileUnit, _ ids: RevisionReader.Answer, _ flags: RevisionReader.Answer?,
        _ root: DVCRoot
    ) {
        switch (ids, flags) {
        case (.unreadable, _): add(.missingBlob(path: unit.place.path), [], unit)
        case (_, .unreadable?):
            add(.missingBlob(path: unit.flags?.place.path ?? unit.place.path), [], unit)
        // In the working copy it matters which outs a pipeline without a lock lacks.
        case (.absent, .file(let flags)?)
        where unit.place.revision == .workspace || keepsStages:
            add(unit, RevisionReader.File(bytes: [], blob: nil), flags, root)
        // Deleted; or a pipeline without a lock, and so without ids; or a lock whose pipeline is
        // gone, which names nothing that DVC would know.
        case (.absent, _), (_, .absent?): return
        case (.file(let ids), .file(let flags)?): add(unit, ids, flags, root)
        case (.file(let ids), nil): add(unit, ids, nil, root)
        }
    }

    private func add(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?,
        _ root: DVCRoot
    ) {
        var sources = [MetafileVersion(path: unit.place.path, blob: ids.blob)]
        if let flags, let path = unit.flags?.place.path {
            sources.append(MetafileVersion(path: path, blob: flags.blob))
        }
        do {
            let reading = try parser.parse(unit, ids, flags)
            sources += reading.parameters
            if keepsStages { context.formUnion(reading.parameters + root.contextVersions) }
            for file in reading.parameters {
                pipelinesByParameters[file.path, default: []].insert(unit.place.path)
            }
            let metafile = try reading.result.get()
            let outs = metafile.stages.flatMap(\.outs)
            try check(outs, of: unit, in: root)
            for out in outs { outDirectories.insert(out, of: unit.place, in: root) }
            if keepsStages {
                stages += metafile.stages.map {
                    CollectedStage(
                        $0, of: unit, metafile.kind, in: root.path, keepsContent: keepsContent)
                }
            }
            if keepsContent, unit.flags != nil {
                pipelines.append(
                    CollectedPipeline(
                        directory: unit.metafile.parent, metrics: metafile.metrics,
                        parameters: metafile.parameters))
            }
            // A file without outs needs no configuration, and so cannot fail for a broken one.
            if outs.isEmpty { return }
            sources += root.contextVersions
            let configuration = try configurations.configuration(
                of: root.path, at: unit.place.revision, root.config)
            for out in outs {
                add(out, of: unit, metafile, sources, root, configuration)
            }
        } catch let error as any UserFacingError {
            add(.unreadable(error), sources, unit)
        } catch {
            add(.unreadable(UnexpectedError(error)), sources, unit)
        }
    }

    /// Throws for an out that `.dvcignore` hides, as DVC does.
    ///
    /// Source: `Output._validate_output_path` in DVC 3.67 `output.py`; the `.dvcignore` files between
    /// the metafile and the out are not read here.
    private func check(
        _ outs: [Out], of unit: MetafileUnit, in root: DVCRoot
    ) throws(MetafileError) {
        for out in outs {
            guard case .inside(let location) = out.location else { continue }
            let place = unit.place.parent.appending(location).normalized
            guard let path = place.path.relative(to: root.path),
                path.components.first?.elementsEqual("..".utf8) == false,
                root.ignoreRules.ignores(path, isDirectory: reader.isDirectory(place))
            else { continue }
            throw MetafileError(.ignoredOut(path.string), line: out.line).located(
                in: (unit.flags?.place ?? unit.place).path, at: unit.place.revision.name)
        }
    }

    private func add(
        _ out: Out, of unit: MetafileUnit, _ file: MetafileParser.Parsed,
        _ sources: [MetafileVersion],
        _ root: DVCRoot, _ configuration: RootConfiguration
    ) {
        // DVC's index handles outs inside of the repository only.
        guard let path = unit.path(of: out.location), let below = path.relative(to: root.path),
            !below.isEmpty, below.components.first?.elementsEqual("..".utf8) == false
        else { return }
        guard let oid = out.oid else {
            unidentified.append(
                UnidentifiedOut(
                    out: out, path: path, metafile: unit.metafile, root: root.path,
                    sources: sources, revision: unit.place.revision, configuration: configuration,
                    metafileKind: file.kind, importInput: file.importInput))
            return
        }
        let needed = NeededOut(
            oid: oid, path: path, sources: sources, revision: unit.place.revision, size: out.size)
        outs.append(
            CollectedOut(
                out: out, needed: needed, root: root.path, configuration: configuration,
                metafileKind: file.kind, metafile: unit.metafile, importSource: file.importSource))
    }

    private func add(
        _ cause: PlanProblem.Cause, _ sources: [MetafileVersion], _ unit: MetafileUnit
    ) {
        problems.append(
            PlanProblem(
                cause: cause,
                sources: sources.isEmpty
                    ? [MetafileVersion(path: unit.place.path, blob: unit.ids.blob)] : sources,
                revision: unit.place.revision))
    }
}

/// An error of a kind that nobody foresaw, with whatever words it has.
private struct UnexpectedError: UserFacingError {
    let summary: String
    init(_ error: any Error) { summary = "\(error)" }
}

extension MetafileParser.Parsed {
    /// What the out of an import is downloaded from.
    fileprivate var importInput: StageInput? {
        kind == .data ? nil : stages.first?.state.inputs.first
    }

    /// Where an import from another repository comes from.
    fileprivate var importSource: ImportSource? {
        guard kind == .repositoryImport else { return nil }
        for case .repository(let source) in stages.first?.state.inputs ?? [] { return source }
        return nil
    }
}
