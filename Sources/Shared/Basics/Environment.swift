#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The environment variables of a process, as a value.
///
/// Read once in `main` and passed down: below `Workflows` nothing asks the real environment.
package struct Environment: Sendable, Equatable {
    package private(set) var variables: [String: String]

    package init(_ variables: [String: String]) { self.variables = variables }

    /// The variables of this process.
    package static func current() -> Environment {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            // As bytes: in a String a combining mark after the sign would hide it.
            let parts = FilePath(cString: entry).bytes.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                variables[String(decoding: parts[0], as: UTF8.self)] = String(
                    decoding: parts[1], as: UTF8.self)
            }
            pointer += 1
        }
        return Environment(variables)
    }

    package subscript(name: String) -> String? {
        get { variables[name] }
        set { variables[name] = newValue }
    }

    /// The value, or `nil` also when it is empty, as most programs read variables.
    package func nonEmpty(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether a switch such as `DVC_SKIP` is set to anything but an empty word, `0`, `false` or `no`.
    package func isOn(_ name: String) -> Bool {
        guard let value = nonEmpty(name)?.lowercased() else { return false }
        return !["0", "false", "no", "off"].contains(value)
    }

    /// The home directory as `HOME` names it.
    package var homeDirectory: FilePath? { nonEmpty("HOME").map { FilePath($0) } }

    /// The absolute path of a program on `PATH`, or `nil`.
    ///
    /// Empty and relative entries of `PATH` are skipped: they would let a repository's content run.
    package func program(named name: String) -> FilePath? {
        let path = FilePath(variables["PATH"] ?? "/usr/bin:/bin")
        for entry in path.bytes.split(separator: UInt8(ascii: ":")) {
            guard let folder = FilePath(validating: entry), folder.isAbsolute else { continue }
            let candidate = folder.appending(name)
            if isExecutableFile(candidate) { return candidate }
        }
        return nil
    }
}

/// Whether this process may execute the regular file at `path`.
package func isExecutableFile(_ path: FilePath) -> Bool {
    guard let status = try? fileStatus(path, followingLinks: true) else { return false }  // as "no"
    return status.st_mode & S_IFMT == S_IFREG && path.withCString { access($0, X_OK) } == 0
}
