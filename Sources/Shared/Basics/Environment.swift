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
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
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
        for entry in (variables["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            guard entry.hasPrefix("/") else { continue }
            let candidate = FilePath(entry).appending(name)
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
