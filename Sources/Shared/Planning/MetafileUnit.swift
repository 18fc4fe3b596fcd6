package import Basics
internal import DVC
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

/// What is read and understood together: a `.dvc` file, or a `dvc.lock` with its `dvc.yaml`.
struct MetafileUnit {
    /// The file that holds the ids.
    var ids: RevisionReader.Request
    /// The file that holds the flags of a pipeline's outs; `nil` for a `.dvc` file, which has both.
    var flags: RevisionReader.Request?

    var place: RevisionPath { ids.place }
    /// The file that tells of the outs: the one with the flags, when there are two.
    var metafile: FilePath { flags?.place.path ?? ids.place.path }

    /// Where an out or a dependency lies, from the top of the repository; `nil` when it is elsewhere.
    func path(of location: OutLocation) -> FilePath? {
        guard case .inside(let location) = location else { return nil }
        return place.path.parent.appending(location).normalized
    }

    /// The units that the files belong to, each once, in the order of the files.
    static func units(of places: [MetafilePlace]) -> [MetafileUnit] {
        var units: [MetafileUnit] = []
        var positions: [RevisionPath: Int] = [:]
        for place in places {
            let directory = place.path.parent
            let lock = RevisionPath(place.revision, directory.appending("dvc.lock"))
            let yaml = RevisionPath(place.revision, directory.appending("dvc.yaml"))
            let role = MetafileRole(place.path)
            let unit: MetafileUnit
            switch role {
            case .dvcFile:
                let path = RevisionPath(place.revision, place.path)
                unit = MetafileUnit(ids: .init(path, blob: place.blob))
            case .pipeline, .lock: unit = MetafileUnit(ids: .init(lock), flags: .init(yaml))
            case .context, nil: continue
            }
            let position = positions[unit.place] ?? units.count
            if position == units.count {
                positions[unit.place] = position
                units.append(unit)
            }
            if role == .lock { units[position].ids.blob = place.blob }
            if role == .pipeline { units[position].flags?.blob = place.blob }
        }
        return units
    }
}
