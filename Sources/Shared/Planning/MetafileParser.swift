internal import Basics
internal import DVC
internal import Git

/// Parses metafiles, the same content only once, however many commits have it.
struct MetafileParser {
    struct Parsed {
        let kind: Metafile.Kind
        let outs: [Out]
        let notes: [PipelineNote]
    }

    private struct Key: Hashable {
        let blobs: [GitOID?]
        /// Set for what comes from the disk, where content has no name.
        let place: RevisionPath?
    }

    private var known: [Key: Result<Parsed, MetafileError>] = [:]

    mutating func parse(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?
    ) throws(MetafileError) -> Parsed {
        let key = Key(blobs: [ids.blob, flags?.blob], place: ids.blob == nil ? unit.place : nil)
        let result =
            known[key]
            ?? Result { () throws(MetafileError) in
                try Self.parse(unit, ids, flags)
            }
        known[key] = result
        switch result {
        case .success(let parsed): return parsed
        case .failure(let error):
            // The same content may be broken in many places: name the one at hand.
            let isFlags = error.path == unit.flags?.place.path
            let path = isFlags ? unit.flags?.place.path : nil
            throw error.located(in: path ?? unit.place.path, at: unit.place.revision.name)
        }
    }

    private static func parse(
        _ unit: MetafileUnit, _ ids: RevisionReader.File, _ flags: RevisionReader.File?
    ) throws(MetafileError) -> Parsed {
        guard let flags, let flagsPath = unit.flags?.place.path else {
            let metafile = try Metafile(ids.bytes)
            return Parsed(kind: metafile.kind, outs: metafile.outs, notes: [])
        }
        let stages: PipelineDefinition
        do throws(MetafileError) {
            stages = try PipelineDefinition(flags.bytes)
        } catch {
            throw error.located(in: flagsPath)
        }
        let pipeline = Pipeline(stages, lock: try PipelineLock(ids.bytes))
        return Parsed(kind: .data, outs: pipeline.outs, notes: pipeline.notes)
    }
}
