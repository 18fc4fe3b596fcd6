package import Basics

/// Where an out lies, as its metafile says.
package enum OutLocation: Hashable, Sendable {
    /// A path relative to the directory of the metafile, with `wdir` applied and normalized.
    ///
    /// It may start with `..`: whoever joins it with the metafile's directory must check that the
    /// result is inside of the DVC root. It comes from a stranger.
    case inside(FilePath)
    /// An absolute path or anything with a scheme (`s3://...`, `remote://...`): never transferred.
    case outside(String)
}

extension OutLocation {
    /// The location of `path` in a stage that works in `wdir`, both as written in the metafile.
    ///
    /// Source: dvc-compat 3.2, "Out path outside the DVC root".
    init(_ path: String, in wdir: String) {
        if path.hasURLScheme {
            self = .outside(path)
            return
        }
        if path.utf8.first == UInt8(ascii: "/") {
            self = .outside(FilePath(path).normalized.string)
            return
        }
        let joined = FilePath(wdir).appending(path).normalized
        self = joined.isAbsolute ? .outside(joined.string) : .inside(joined)
    }
}

extension String {
    /// Whether the text starts with a scheme and `://`.
    var hasURLScheme: Bool {
        let letters = utf8.prefix { $0.isASCIILetter }
        guard !letters.isEmpty else { return false }
        let rest = utf8.dropFirst(letters.count).drop {
            $0.isASCIILetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || "+-.".utf8.contains($0)
        }
        return rest.starts(with: "://".utf8)
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
