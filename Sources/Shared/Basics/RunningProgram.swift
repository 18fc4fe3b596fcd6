#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
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

/// The suite's program of that name: next to the running one first, then on `PATH`.
///
/// Programs with a short `PATH`, such as graphical clients, find it that way.
package func suiteProgram(named name: String, _ environment: Environment) -> FilePath? {
    if let sibling = runningProgram()?.parent.appending(name), isExecutableFile(sibling) {
        return sibling
    }
    return environment.program(named: name)
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

/// The words of the command line of the process that started this one; `nil` where the system does
/// not show them.
package func parentCommandLine() -> [String]? {
    #if canImport(Darwin)
    return nil
    #else
    // A kernel file of unknown size; a process that is gone or hidden gives none.
    guard let bytes = try? readFile(FilePath("/proc/\(getppid())/cmdline"), limit: 1 << 20) else {
        return nil
    }
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    return words.map { String(decoding: $0, as: UTF8.self) }
    #endif
}
