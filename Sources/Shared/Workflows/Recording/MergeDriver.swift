internal import Basics
internal import Git

/// The settings by which Git merges `.dvc` files with us.
///
/// The driver has the name that real DVC gives it, so that attributes written for one hold for the other.
struct MergeDriver {
    private let session: Session
    private let program: FilePath

    private static let section = "merge.dvc"
    /// Where DVC's own command line is kept while ours is in its place.
    private static let original = "\(section).dvcOriginal"
    /// DVC's, with its trailing blank.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 7.1).
    private static let foreign =
        "dvc git-hook merge-driver --ancestor %O --our %A --their %B "

    /// `program`: `git-dvc`.
    init(_ session: Session, program: FilePath) {
        self.session = session
        self.program = program
    }

    /// The shell line; Git quotes the path that it puts in for `%P`.
    private var line: String {
        "\(shellWord(program.string)) merge-driver --ancestor %O --our %A --their %B --path %P"
    }

    private func value(_ key: String) throws -> String? {
        let result = try session.repository.command(["config", "--local", "--get", key]).run()
        guard result.status.isSuccess else { return nil }
        return String(decoding: result.output.dropLast(), as: UTF8.self)
    }

    private func set(_ key: String, _ value: String?) throws {
        if let value {
            _ = try session.repository.output(["config", "--local", key, value])
        } else if try self.value(key) != nil {
            _ = try session.repository.output(["config", "--local", "--unset-all", key])
        }
    }

    /// Whether a line is ours, of any version or place.
    private func isOurs(_ line: String?) -> Bool {
        line?.contains("git-dvc") == true && line?.contains(" merge-driver ") == true
    }

    func install(_ report: inout HookInstallation.Report) throws {
        let present = try value("\(Self.section).driver")
        if let present, present != Self.foreign, !isOurs(present) {
            report.notes.append(
                "the merge driver 'dvc' is somebody else's, so '.dvc' files are not merged by git-dvc"
            )
            return
        }
        if present == Self.foreign { try set(Self.original, present) }
        if try value("\(Self.section).name") == nil {
            try set("\(Self.section).name", "DVC merge driver")
        }
        try set("\(Self.section).driver", line)
        try addAttribute()
        if present != line { report.lines.append("Installed the merge driver for '.dvc' files") }
    }

    func uninstall(_ report: inout HookInstallation.Report) throws {
        try removeAttribute()
        guard isOurs(try value("\(Self.section).driver")) else { return }
        if let original = try value(Self.original) {
            try set("\(Self.section).driver", original)
            try set(Self.original, nil)
            report.lines.append("Brought back DVC's merge driver")
        } else {
            for key in ["driver", "name"] { try set("\(Self.section).\(key)", nil) }
            report.lines.append("Removed the merge driver for '.dvc' files")
        }
    }

    // MARK: Attributes

    /// The repository's own file, which nobody commits.
    private var attributes: FilePath {
        session.repository.commonDirectory.appending("info/attributes")
    }

    /// Has Git use the driver, unless somebody has said what to use.
    private func addAttribute() throws {
        let answer = try session.repository.command(["check-attr", "-z", "merge", "--", "x.dvc"])
            .run()
        // <path> NUL merge NUL <value> NUL
        let fields = answer.output.split(separator: 0, omittingEmptySubsequences: false)
        guard fields.count > 2, fields[2].elementsEqual("unspecified".utf8) else { return }
        var text = try readFileIfPresent(attributes) ?? []
        if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        try createDirectories(attributes.parent)
        try writeFile(attributes, text + Array("\(Self.block)".utf8))
    }

    /// An attribute line has no comment at its end, so ours is marked by the line above it.
    private static let block = "# git-dvc\n*.dvc merge=dvc\n"

    private func removeAttribute() throws {
        guard let text = try readFileIfPresent(attributes) else { return }
        let kept = String(decoding: text, as: UTF8.self).replacing(Self.block, with: "")
        guard kept.utf8.count != text.count else { return }
        if kept.isEmpty {
            try removeFile(attributes)
        } else {
            try writeFile(attributes, Array(kept.utf8))
        }
    }
}
