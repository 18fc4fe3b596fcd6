import Basics
import Digests
import TestSupport
import Testing

/// A repository that real DVC made, whose data remote is a folder that rclone reaches.
struct RcloneWorld {
    let repository: InteropRepository
    let folder: FilePath
    /// Has a line for each time that rclone was started: its process id and its arguments.
    let log: FilePath

    var sandbox: Sandbox { repository.sandbox }
    var path: FilePath { repository.path }

    init(url: String? = nil, _ lines: String = "") throws {
        repository = try InteropRepository()
        folder = repository.sandbox.path("fol der")
        log = repository.sandbox.path("rclone.log")
        try use(url: url ?? "rclone://here:\(folder)", lines)
        let settings = "[here]\ntype = local\n[uni]\ntype = alias\nremote = \(folder)\n"
        try sandbox.write(settings, to: "home/.config/rclone/rclone.conf")
        try wrap("")
    }

    func use(url: String, _ lines: String = "") throws {
        try repository.setConfig(
            "[core]\n    remote = storage\n['remote \"storage\"']\n    url = \"\(url)\"\n\(lines)\n"
        )
    }

    /// Has the suite start rclone by a script, which runs `line` first.
    func wrap(_ line: String) throws {
        let program = try S3Server.program("rclone")
        let script = "#!/bin/sh\necho $$ \"$@\" >>'\(log)'\n\(line)\nexec '\(program)' \"$@\"\n"
        try sandbox.write(script, to: "bin/rclone", mode: 0o755)
    }

    func ours(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start(
            "git-dvc", arguments, in: path, environment: ["PATH": searchPath]
        ).wait()
    }

    /// How often rclone was started so far.
    var sessionCount: Int {
        get throws { try readFile(log).split(separator: UInt8(ascii: "\n")).count }
    }

    var searchPath: String {
        "\(sandbox.path("bin")):\(sandbox.environment["PATH"] ?? "")"
    }

    /// Every file with an object's name has its content; returns how many there are.
    @discardableResult
    func checkObjects() throws -> Int {
        var count = 0
        for (path, entry) in try FileTree(folder).entries where !path.hasSuffix(".tmp") {
            guard let content = entry.content else { continue }
            let name = Array(path.components.suffix(2).joined())
            // Objects of DVC 2 lie at the top, under another hash.
            let isOld = path.components.count == 2
            let oid = objectID(of: content, scheme: isOld ? .md5DosToUnix : .md5)
            // A list of members has its mark behind the digits.
            #expect(Array(name.prefix(32)) == oid.hexDigits, "\(path)")
            count += 1
        }
        return count
    }

    /// Real DVC, which has no such remotes, with the folder itself.
    func expectSameForDVC() throws {
        try use(url: folder.string)
        let status = try repository.tryDVC("status", "--cloud")
        #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
    }
}
