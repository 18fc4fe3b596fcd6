package import Basics

extension ObjectID {
    /// The object's path in DVC's cache and on every remote, relative to the store's root:
    /// `files/md5/ab/cdef…`, or `ab/cdef…` for legacy objects; `.dir` at the end for directories.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 2.1).
    package var storagePath: FilePath { storagePath(below: "") }

    /// The same below a store's root: one allocation, because a push asks for it a million times.
    package func storagePath(below root: FilePath) -> FilePath {
        let digits = hexDigits
        var bytes = root.bytes
        bytes.reserveCapacity(bytes.count + 48)
        if let last = bytes.last, last != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
        if scheme == .md5 { bytes.append(contentsOf: "files/md5/".utf8) }
        bytes.append(contentsOf: digits[..<2])
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: digits[2...])
        if isDirectory { bytes.append(contentsOf: ".dir".utf8) }
        return FilePath(unchecked: bytes)  // the root was a path, and the rest is hex digits
    }
}
