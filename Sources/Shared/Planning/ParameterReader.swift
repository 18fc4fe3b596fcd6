internal import Basics
internal import Git

/// Reads the parameters files that templates of a `dvc.yaml` take values from, one at a time.
///
/// It remembers what it was asked, so that the same `dvc.yaml` of another commit is parsed again
/// only when one of these files differs there. Used from one task at a time.
final class ParameterReader {
    /// A file that a `dvc.yaml` asked for.
    struct Input {
        /// Normalized, relative to the `dvc.yaml`'s directory.
        let path: FilePath
        /// `nil` when there was no such file.
        let blob: GitOID?
    }

    private let reader: RevisionReader
    private var files: [RevisionPath: RevisionReader.File?] = [:]
    private var place: RevisionPath?
    private var inputs: [Input] = []
    private var failure: (any Error)?

    init(_ reader: RevisionReader) { self.reader = reader }

    /// Starts to remember what is asked for the pipeline at `place`.
    func begin(beside place: RevisionPath) {
        self.place = place
        inputs = []
        failure = nil
    }

    /// The contents of a file, its path as ``Input/path``; `nil` when there is no such file.
    ///
    /// What Git or the system fails with comes out of ``finish()``.
    func bytes(_ path: FilePath) -> [UInt8]? {
        guard let place, failure == nil else { return nil }
        do {
            let file = try file(path, beside: place)
            inputs.append(Input(path: path, blob: file?.blob))
            return file?.bytes
        } catch {
            failure = error
            return nil
        }
    }

    /// What was asked for since ``begin(beside:)``.
    func finish() throws -> [Input] {
        if let failure { throw failure }
        return inputs
    }

    /// Whether the files are the same beside another pipeline of a commit.
    func has(_ inputs: [Input], beside place: RevisionPath) throws -> Bool {
        try inputs.allSatisfy { input in
            try file(input.path, beside: place)?.blob == input.blob
        }
    }

    /// A path that leaves the repository has no file: it comes from a stranger.
    private func file(
        _ path: FilePath, beside place: RevisionPath
    ) throws -> RevisionReader.File? {
        let path = place.path.parent.appending(path).normalized
        let isInside = path.components.first.map { !$0.elementsEqual("..".utf8) } ?? false
        guard isInside, !path.isAbsolute else { return nil }
        let key = RevisionPath(place.revision, path)
        if let known = files[key] { return known }
        var file: RevisionReader.File?
        if case .file(let found) = try reader.files([.init(key)])[0] { file = found }
        files[key] = .some(file)
        return file
    }
}
