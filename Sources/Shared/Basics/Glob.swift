#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The paths that a shell-style pattern matches, in byte order.
///
/// `*`, `?` and `[...]` match within a name, `**` any directories; what starts with a dot must be
/// spelled out. The paths are spelled as the pattern is; `directory` is where a relative one starts.
/// Source: Python's `glob.iglob(..., recursive=True)`.
package func expandGlob(_ pattern: FilePath, in directory: FilePath) -> [FilePath] {
    var found: [FilePath] = [pattern.isAbsolute ? "/" : ""]
    let parts = pattern.components.map { FilePath(unchecked: Array($0)) }
    for (index, part) in parts.enumerated() {
        let isLast = index == parts.count - 1
        var next: [FilePath] = []
        for base in found {
            let place = directory.appending(base)
            if part == "**" {
                next += base.isEmpty && isLast ? [] : [base]
                next += descendants(of: base, in: directory, withFiles: isLast)
            } else if part.bytes.contains(where: { "*?[".utf8.contains($0) }) {
                next += names(in: place).filter { matches($0, part) }.map { base.appending($0) }
            } else if fileExists(place.appending(part)) {
                next.append(base.appending(part))
            }
        }
        found =
            isLast ? next : next.filter { directoryExists(directory.appending($0)) || $0.isEmpty }
    }
    return Set(found).sorted()
}

private func names(in directory: FilePath) -> [FilePath] {
    // What cannot be listed matches nothing, as in a shell.
    (try? directoryEntries(directory)) ?? []
}

private func matches(_ name: FilePath, _ pattern: FilePath) -> Bool {
    if name.bytes.first == UInt8(ascii: "."), pattern.bytes.first != UInt8(ascii: ".") {
        return false
    }
    return pattern.withCString { pattern in
        name.withCString { fnmatch(pattern, $0, CInt(FNM_NOESCAPE)) == 0 }
    }
}

private func descendants(
    of base: FilePath, in directory: FilePath, withFiles: Bool
) -> [FilePath] {
    var found: [FilePath] = []
    for name in names(in: directory.appending(base)) where name.bytes.first != UInt8(ascii: ".") {
        let path = base.appending(name)
        // What is gone meanwhile matches nothing.
        let status = try? fileStatus(directory.appending(path), followingLinks: true)
        let isDirectory = status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
        if isDirectory || withFiles { found.append(path) }
        if isDirectory { found += descendants(of: path, in: directory, withFiles: withFiles) }
    }
    return found
}
