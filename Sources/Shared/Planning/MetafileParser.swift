internal import Basics
internal import DVC
internal import Git

/// Parses metafiles, the same content only once, however many commits have it.
///
/// Used from one task at a time.
final class MetafileParser {
    struct Parsed {
        let kind: Metafile.Kind
        let stages: [Stage]
        /// Files that a `dvc.yaml` lists outside of its stages, relative to its directory.
        var metrics: [String] = []
        var parameters: [String] = []
    }

    /// What came of a file, and the parameters files that templates in it were to take values from,
    /// also those that do not exist.
    struct Reading {
        let result: Result<Parsed, MetafileError>
        let parameters: [MetafileVersion]
    }

    private struct Key: Hashable {
        let blobs: [GitOID?]
        /// Set for what comes from the disk, where content has no name.
        let place: RevisionPath?
    }

    /// What came of parsing, and the parameters files that this depends on.
    private struct Known {
        let result: Result<Parsed, MetafileError>
        let inputs: [ParameterReader.Input]
    }

    private var known: [Key: [Known]] = [:]
    private let parameters: ParameterReader

    init(_ reader: RevisionReader) { parameters = ParameterReader(reader) }

    /// Throws what reading a parameters file fails with.
    func parse(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?
    ) throws -> Reading {
        let key = Key(blobs: [ids.blob, flags?.blob], place: ids.blob == nil ? unit.place : nil)
        let same = try known[key]?.first { try parameters.has($0.inputs, beside: unit.place) }
        let found = try same ?? parseAnew(unit, ids, flags)
        if same == nil { known[key, default: []].append(found) }
        let files = found.inputs.map { input in
            MetafileVersion(
                path: unit.place.parent.appending(input.path).normalized.path, blob: input.blob)
        }
        let result = found.result.mapError { error in
            // The same content may be broken in many places: name the one at hand.
            let isFlags = error.path?.lastComponent == unit.flags?.place.path.lastComponent
            let path = isFlags ? unit.flags?.place.path : nil
            return error.located(in: path ?? unit.place.path, at: unit.place.revision.name)
        }
        return Reading(result: result, parameters: files)
    }

    private func parseAnew(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?
    ) throws -> Known {
        parameters.begin(beside: unit.place)
        let result = Result { () throws(MetafileError) in try understand(unit, ids, flags) }
        return Known(result: result, inputs: try parameters.finish())
    }

    private func understand(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?
    ) throws(MetafileError) -> Parsed {
        guard let flags, let flagsPath = unit.flags?.place.path else {
            let metafile = try Metafile(ids.bytes)
            return Parsed(kind: metafile.kind, stages: [metafile.stage])
        }
        let stages: PipelineDefinition
        do throws(MetafileError) {
            stages = try PipelineDefinition(flags.bytes, parameters: parameters.bytes)
        } catch {
            throw error.located(in: flagsPath)
        }
        let pipeline = Pipeline(stages, lock: try PipelineLock(ids.bytes))
        return Parsed(
            kind: .data, stages: pipeline.stages, metrics: stages.metrics,
            parameters: stages.parameters)
    }
}
