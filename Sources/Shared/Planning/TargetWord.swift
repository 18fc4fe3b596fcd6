internal import Basics

/// A target as it was written, before anything is looked up.
///
/// Source: `parse_target` in DVC 3.67 `utils/__init__.py` (dvc-compat 3.7).
enum TargetWord: Equatable {
    /// An empty word: everything.
    case everything
    /// A metafile, or one stage or group of it; relative to where the user is.
    case metafile(FilePath, stage: String?)
    /// A stage or group of the `dvc.yaml` where the user is, or else a path.
    case nameOrPath(FilePath)

    /// Takes a target apart: `path:stage@key`, split at the last colon before the first `@`.
    ///
    /// Throws for a lock file, which is no target.
    init(_ word: FilePath) throws(TargetError) {
        if word.isEmpty {
            self = .everything
            return
        }
        let bytes = word.bytes
        let groupEnd = bytes.firstIndex(of: UInt8(ascii: "@")) ?? bytes.endIndex
        var path = FilePath(unchecked: Array(bytes[..<groupEnd]))
        var stage: [UInt8]?
        if let colon = bytes[..<groupEnd].lastIndex(of: UInt8(ascii: ":")),
            !bytes[(colon + 1)..<groupEnd].contains(where: { "/\\".utf8.contains($0) })
        {
            path = FilePath(unchecked: Array(bytes[..<colon]))
            stage = Array(bytes[(colon + 1)...])
        }
        if path.lastComponent == "dvc.lock" { throw .lockFile(word) }
        let name = stage.flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
        if path.isEmpty, let name {
            self = .metafile("dvc.yaml", stage: name)
        } else if name == nil, word.isMetafileName {
            self = .metafile(word, stage: nil)
        } else if let name, path.isMetafileName {
            self = .metafile(path, stage: name)
        } else {
            self = .nameOrPath(word)
        }
    }
}

extension FilePath {
    /// Whether DVC takes a file with this name for a metafile.
    fileprivate var isMetafileName: Bool { hasSuffix(".dvc") || lastComponent == "dvc.yaml" }
}
