package import Basics
package import DVC
internal import Digests
package import Git

/// A metafile to read, with its Git blob when that is known.
package struct MetafilePlace: Hashable, Sendable {
    package let revision: Revision
    /// Relative to the top of the repository.
    package let path: FilePath
    package let blob: GitOID?

    package init(_ revision: Revision, _ path: FilePath, blob: GitOID? = nil) {
        self.revision = revision
        self.path = path
        self.blob = blob
    }
}

/// An out as a metafile gives it, with all that is needed to decide where its object belongs.
package struct CollectedOut: Sendable {
    package let out: Out
    package let needed: NeededOut
    /// The DVC root, relative to the top of the repository.
    package let root: FilePath
    package let configuration: RootConfiguration
    package let metafileKind: Metafile.Kind
}

/// Reads metafiles of any revisions and gives their outs; a broken one does not hide the others.
package final class OutCollector {
    /// The outs found so far.
    package private(set) var outs: [CollectedOut] = []
    package private(set) var problems: [PlanProblem] = []
    package private(set) var notes: [String] = []

    private let reader: RevisionReader
    private let configurations: Configurations
    private var seen: Set<RevisionPath> = []
    private var parsed: [ParsedKey: Result<ParsedMetafile, MetafileError>] = [:]

    package init(_ reader: RevisionReader, _ configurations: Configurations) {
        self.reader = reader
        self.configurations = configurations
    }

    /// The same content is parsed once, however many commits have it.
    private struct ParsedKey: Hashable {
        let blobs: [GitOID?]
        /// Set for what comes from the disk, where content has no name.
        let place: RevisionPath?
    }

    private struct ParsedMetafile {
        let kind: Metafile.Kind
        let outs: [Out]
        let notes: [PipelineNote]
    }

    /// One thing to parse: a `.dvc` file, or a `dvc.lock` with its `dvc.yaml`.
    private struct Unit {
        /// The file that holds the ids.
        let place: RevisionPath
        /// The file that holds the flags of a pipeline's outs.
        let definition: RevisionPath?
    }

    /// Reads more metafiles; those that were read before are passed over.
    ///
    /// Throws `SubprocessError`, `SystemError`: what concerns all of them. What concerns one
    ///   becomes a problem.
    package func collect(_ places: [MetafilePlace]) throws {
        let units = places.compactMap { place -> Unit? in
            let unit = Self.unit(of: place)
            guard let unit, seen.insert(unit.place).inserted else { return nil }
            return unit
        }
        if units.isEmpty { return }
        let roots = try dvcRoots(of: units.map(\.place))
        let files = try reader.files(at: units.map(\.place))
        let definitions = try reader.files(at: units.map { $0.definition ?? $0.place })
        for (index, unit) in units.enumerated() {
            // No file: it was deleted, or a pipeline has no lock and so no ids. No root: it is in
            // no DVC repository.
            guard let file = files[index], let root = roots[unit.place] else { continue }
            // A lock whose pipeline is gone names nothing that DVC would know.
            if unit.definition != nil, definitions[index] == nil { continue }
            add(unit, file, definition: unit.definition.flatMap { _ in definitions[index] }, root)
        }
    }

    /// What must be parsed because this file changed; a pipeline's two files are one unit.
    private static func unit(of place: MetafilePlace) -> Unit? {
        switch MetafileRole(place.path) {
        case .dvcFile:
            return Unit(place: RevisionPath(place.revision, place.path), definition: nil)
        case .pipeline, .lock:
            let directory = place.path.parent
            return Unit(
                place: RevisionPath(place.revision, directory.appending("dvc.lock")),
                definition: RevisionPath(place.revision, directory.appending("dvc.yaml")))
        case .context, nil: return nil
        }
    }

    private func add(
        _ unit: Unit, _ file: RevisionReader.File, definition: RevisionReader.File?, _ root: DVCRoot
    ) {
        let place = unit.place
        var sources = [MetafileVersion(path: place.path, blob: file.blob)]
        if let definition, let path = unit.definition?.path {
            sources.append(MetafileVersion(path: path, blob: definition.blob))
        }
        do {
            let metafile = try parse(unit, file, definition)
            // A file without outs needs no configuration, and so cannot fail for a broken one.
            if metafile.outs.isEmpty { return }
            let configuration = try configurations.configuration(
                of: root.path, at: place.revision, bytes: root.config)
            notes += metafile.notes.map { note in
                "\(unit.definition?.path ?? place.path):\(note.line): \(note.text)"
            }
            for out in metafile.outs {
                guard let oid = out.oid, case .inside(let location) = out.location else { continue }
                let path = place.path.parent.appending(location).normalized
                // DVC's index handles outs inside of the repository only.
                guard let below = path.relative(to: root.path), !below.isEmpty,
                    below.components.first?.elementsEqual("..".utf8) == false
                else { continue }
                let needed = NeededOut(
                    oid: oid, path: path, sources: sources, revision: place.revision,
                    isUncertain: out.isUncertain)
                outs.append(
                    CollectedOut(
                        out: out, needed: needed, root: root.path, configuration: configuration,
                        metafileKind: metafile.kind))
            }
        } catch {
            let cause = error as? any UserFacingError
            problems.append(
                PlanProblem(
                    cause: .unreadable(cause ?? UnexpectedError(error)), sources: sources,
                    revision: place.revision))
        }
    }

    private func parse(
        _ unit: Unit, _ file: RevisionReader.File, _ definition: RevisionReader.File?
    ) throws(MetafileError) -> ParsedMetafile {
        let key = ParsedKey(
            blobs: [file.blob, definition?.blob], place: file.blob == nil ? unit.place : nil)
        if let known = parsed[key] {
            // The same content may be broken in many commits: name the one at hand.
            switch known {
            case .success(let metafile): return metafile
            case .failure(let error):
                throw error.located(in: unit.place.path, at: unit.place.revision.name)
            }
        }
        do throws(MetafileError) {
            let metafile = try Self.parse(unit, file, definition)
            parsed[key] = .success(metafile)
            return metafile
        } catch {
            parsed[key] = .failure(error)
            throw error
        }
    }

    private static func parse(
        _ unit: Unit, _ file: RevisionReader.File, _ definition: RevisionReader.File?
    ) throws(MetafileError) -> ParsedMetafile {
        let revision = unit.place.revision.name
        guard let definition, let definitionPlace = unit.definition else {
            do throws(MetafileError) {
                let metafile = try Metafile(file.bytes)
                return ParsedMetafile(kind: metafile.kind, outs: metafile.outs, notes: [])
            } catch {
                throw error.located(in: unit.place.path, at: revision)
            }
        }
        let stages: PipelineDefinition
        do throws(MetafileError) {
            stages = try PipelineDefinition(definition.bytes)
        } catch {
            throw error.located(in: definitionPlace.path, at: revision)
        }
        do throws(MetafileError) {
            let pipeline = Pipeline(stages, lock: try PipelineLock(file.bytes))
            return ParsedMetafile(kind: .data, outs: pipeline.outs, notes: pipeline.notes)
        } catch {
            throw error.located(in: unit.place.path, at: revision)
        }
    }

    /// A directory with a `.dvc` directory in it.
    private struct DVCRoot {
        /// Relative to the top of the repository.
        let path: FilePath
        /// The content of its `.dvc/config`.
        let config: [UInt8]
    }

    /// The nearest DVC root at or above each file, in the file's own revision.
    private func dvcRoots(of places: [RevisionPath]) throws -> [RevisionPath: DVCRoot] {
        var candidates: Set<RevisionPath> = []
        for place in places {
            for directory in place.path.ancestors {
                candidates.insert(RevisionPath(place.revision, directory))
            }
        }
        let roots = try reader.dvcDirectories(in: Array(candidates))
        let configs = try reader.files(
            at: roots.map {
                RevisionPath($0.revision, $0.path.appending(".dvc/config"))
            })
        let contents = Dictionary(
            uniqueKeysWithValues: zip(roots, configs.map { $0?.bytes ?? [] }))
        var nearest: [RevisionPath: DVCRoot] = [:]
        for place in places {
            let directory = place.path.ancestors.first {
                contents[RevisionPath(place.revision, $0)] != nil
            }
            guard let directory, let config = contents[RevisionPath(place.revision, directory)]
            else { continue }
            nearest[place] = DVCRoot(path: directory, config: config)
        }
        return nearest
    }
}

extension FilePath {
    /// The directories that a relative path lies in, the nearest first, the top (empty) last.
    fileprivate var ancestors: [FilePath] {
        var ancestors: [FilePath] = []
        var directory = self
        while !directory.isEmpty {
            directory = directory.parent
            ancestors.append(directory)
        }
        return ancestors
    }
}

/// An error of a kind that nobody foresaw, with whatever words it has.
private struct UnexpectedError: UserFacingError {
    let summary: String
    init(_ error: any Error) { summary = "\(error)" }
}
