package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Which ways of sharing content work between two directories, found out by trying.
package struct LinkProbe: Sendable, Equatable {
    package private(set) var reflink = false
    package private(set) var hardlink = false
    package private(set) var symlink = false

    /// Makes a small file in `cache` and links to it in `workspace`; nothing of it stays.
    ///
    /// Throws `SystemError` when no file can be made.
    package init(from cache: FilePath, to workspace: FilePath) throws(SystemError) {
        let source = temporaryPath(in: cache)
        let file = try NewFile(creating: source, mode: 0o600)
        try file.file.write(Array("git-dvc".utf8))
        hardlink = Self.tries(in: workspace) { link in
            source.withCString { source in link.withCString { Self.link(source, $0) } }
        }
        symlink = Self.tries(in: workspace) { link in
            source.withCString { source in link.withCString { Self.symlink(source, $0) } }
        }
        var clone = try NewFile(creating: temporaryPath(in: workspace), mode: 0o600)
        reflink = clone.clone(file.file) == 0
    }

    private static func tries(in directory: FilePath, _ make: (FilePath) -> CInt) -> Bool {
        let path = temporaryPath(in: directory)
        guard make(path) == 0 else { return false }
        try? removeFile(path)  // made a moment ago by us
        return true
    }

    // The names of the properties hide the system's.
    private static func link(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> CInt {
        linkat(AT_FDCWD, old, AT_FDCWD, new, 0)
    }
    private static func symlink(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> CInt {
        symlinkat(old, AT_FDCWD, new)
    }
}
