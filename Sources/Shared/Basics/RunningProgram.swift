#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// The absolute path of the program that is running, symbolic links resolved; `nil` if unknown.
package func runningProgram() -> FilePath? {
    #if canImport(Darwin)
    var size: UInt32 = 4096
    var buffer = [CChar](repeating: 0, count: Int(size))
    guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
    return FilePath(cString: buffer).resolved
    #else
    return FilePath("/proc/self/exe").resolved
    #endif
}

extension Command {
    /// Replaces this process by the program, with `input` on its standard input.
    ///
    /// Returns only when that failed, with the reason.
    package func replaceProcess(input: [UInt8]) -> any UserFacingError {
        do throws(SystemError) {
            let descriptor = try descriptor(delivering: input)
            guard dup2(descriptor, 0) == 0 else { throw SystemError("use", "standard input") }
            if descriptor != 0 { close(descriptor) }
        } catch {
            return error
        }
        return replaceProcess()
    }

    /// Replaces this process by the program, which goes on with our standard streams.
    ///
    /// Returns only when that failed, with the reason.
    package func replaceProcess() -> any UserFacingError {
        let variables = environment.variables.map { "\($0.key)=\($0.value)" }
        let code = withCStrings([program.lastComponent.string] + arguments) { arguments in
            withCStrings(variables) { variables in
                program.withCString { program in
                    _ = execve(program, arguments, variables)
                    return errno
                }
            }
        }
        return SubprocessError(self, .notStarted(code: code))
    }

    /// A descriptor from which exactly `input` can be read, though nobody is left to write it.
    private func descriptor(delivering input: [UInt8]) throws(SystemError) -> CInt {
        // What a pipe takes at once on every system; more goes through a file without a name.
        if input.count <= 16 << 10 {
            let (reader, writer) = try makePipe()
            let pipe = OpenFile(adopting: writer, named: "a pipe")
            try pipe.write(input)
            return reader
        }
        var name = Array("/tmp/git-dvc.XXXXXX".utf8CString)
        if let folder = environment.nonEmpty("TMPDIR"), folder.hasPrefix("/") {
            name = Array("\(folder)/git-dvc.XXXXXX".utf8CString)
        }
        let descriptor = mkstemp(&name)
        let path = FilePath(cString: name)
        guard descriptor >= 0 else { throw SystemError("create", path) }
        try removeFile(path)
        // Closed by the program that takes our place, or with us.
        let file = OpenFile(adopting: dup(descriptor), named: path)
        try file.write(input)
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw SystemError("read", path) }
        return descriptor
    }
}

/// The first of the processes above this one, the nearest first, whose command line `read` accepts.
///
/// Frameworks for hooks and their shells are between Git and a hook's program. `nil` where the
/// system does not show other processes.
package func firstAncestor<Answer>(_ read: ([String]) -> Answer?) -> Answer? {
    #if canImport(Darwin)
    return nil
    #else
    var process = getppid()
    // More than any framework needs; it also ends what a changing process tree could do.
    for _ in 0..<8 where process > 1 {
        if let answer = commandLine(of: process).flatMap(read) { return answer }
        guard let parent = parent(of: process) else { return nil }
        process = parent
    }
    return nil
    #endif
}

/// The words with which a process was started, none for one that has ended and is not yet taken note of;
/// `nil` where the system does not show them.
package func commandLine(of process: pid_t) -> [String]? {
    #if canImport(Darwin)
    return nil
    #else
    return processFile(process, "cmdline").map { bytes in
        bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
    }
    #endif
}

#if !canImport(Darwin)
/// Kernel files of unknown size; a process that is gone or hidden gives none.
private func processFile(_ process: pid_t, _ name: String) -> [UInt8]? {
    try? readFile(FilePath("/proc/\(process)/\(name)"), limit: 1 << 20)
}

/// Source: proc(5), `/proc/pid/stat`: the name is in parentheses and may hold any byte.
private func parent(of process: pid_t) -> pid_t? {
    guard let bytes = processFile(process, "stat"),
        let close = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = String(decoding: bytes[(close + 1)...], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? pid_t(fields[1]) : nil
}
#endif
