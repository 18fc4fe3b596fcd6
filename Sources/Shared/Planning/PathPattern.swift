package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A pattern for paths, as Python's `glob` reads them: `*`, `?`, `[...]`, and `**` for any depth.
///
/// A name that starts with a dot is matched only by a pattern that does. Source: Python 3.11
/// `glob.py`, which DVC 3.67 calls with `recursive=True`.
package struct PathPattern {
    private let word: FilePath

    package init(_ word: FilePath) { self.word = word }

    /// The paths that match, spelled as the pattern is; sorted.
    ///
    /// `base`: where a relative pattern starts. Throws `SystemError`. Links to directories are not
    /// followed by `**`, which Python does: they could lead anywhere.
    package func matches(in base: FilePath) throws(SystemError) -> [FilePath] {
        guard word.hasPattern else {
            return fileExists(base.appending(word)) ? [word] : []
        }
        var found: [FilePath] = [word.isAbsolute ? "/" : ""]
        let parts = word.components.map { FilePath(unchecked: Array($0)) }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            var next: [FilePath] = []
            for directory in found {
                next += try step(part, from: directory, in: base, isLast: isLast)
            }
            found = next
        }
        return uniqued(found.filter { !$0.isEmpty }).sorted()
    }

    private func step(
        _ part: FilePath, from directory: FilePath, in base: FilePath, isLast: Bool
    ) throws(SystemError) -> [FilePath] {
        if part == "**" { return try descend(from: directory, in: base, isLast: isLast) }
        if !part.hasPattern {
            let path = directory.appending(part)
            let isThere =
                isLast
                ? fileExists(base.appending(path)) : directoryExists(base.appending(path))
            return isThere ? [path] : []
        }
        var found: [FilePath] = []
        for name in try names(in: directory, base) where part.matches(name) {
            let path = directory.appending(name)
            if isLast || directoryExists(base.appending(path)) { found.append(path) }
        }
        return found
    }

    /// The directory itself and what is below it: directories only, unless this is the last part.
    private func descend(
        from directory: FilePath, in base: FilePath, isLast: Bool
    ) throws(SystemError) -> [FilePath] {
        var found = [directory]
        for name in try names(in: directory, base) where name.bytes.first != UInt8(ascii: ".") {
            let path = directory.appending(name)
            let status = try fileStatus(base.appending(path))
            if status.map({ $0.st_mode & S_IFMT == S_IFDIR }) ?? false {
                found += try descend(from: path, in: base, isLast: isLast)
            } else if isLast {
                found.append(path)
            }
        }
        return found
    }

    private func names(in directory: FilePath, _ base: FilePath) throws(SystemError) -> [FilePath] {
        let path = base.appending(directory)
        guard directoryExists(path) else { return [] }
        do throws(SystemError) {
            return try directoryEntries(path)
        } catch  where error.code == EACCES {
            return []  // as Python: what cannot be listed has no matches
        }
    }
}

extension FilePath {
    fileprivate var hasPattern: Bool { bytes.contains { "*?[".utf8.contains($0) } }

    /// Whether this pattern, without slashes, matches a name; `fnmatch` of Python.
    fileprivate func matches(_ name: FilePath) -> Bool {
        if name.bytes.first == UInt8(ascii: "."), bytes.first != UInt8(ascii: ".") { return false }
        let flags = FNM_NOESCAPE
        return withCString { pattern in name.withCString { fnmatch(pattern, $0, flags) == 0 } }
    }
}
