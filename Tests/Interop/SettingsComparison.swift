import Basics
import Foundation
import TestSupport

/// Two worlds alike, in which real DVC and ours are told the same: a project each, with all levels of
/// configuration.
struct SettingsComparison {
    /// The names have the same length: `remote list` pads what follows a path.
    enum World: String, CaseIterable {
        case theirs = "dvc"
        case ours = "git"
    }

    struct Outcome: Equatable {
        var status: Int32?
        var output: String
        /// By path in the world; without files that say nothing.
        var files: [String: String]
    }

    /// What `dvc-commands.py` answers.
    private struct Answer: Decodable {
        let status: Int32
        let output: String
        let files: [String: String]
    }

    private struct Task: Encodable {
        struct Command: Encodable {
            let words: [String]
            let write: [String: String]
        }

        let commands: [Command]
        let files: [String]
    }

    private static let configurations = [
        "project/.dvc/config", "project/.dvc/config.local", "home/.config/dvc/config",
        "system/config",
    ]

    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        for world in World.allCases {
            try sandbox.git("init", "--quiet", path("project", in: world).string, in: sandbox.root)
            try write("", to: "project/.dvc/config", in: world)
            for name in ["project/.dvc/tmp", "project/sub dir", "home", "outside"] {
                try createDirectories(path(name, in: world))
            }
        }
    }

    func path(_ name: String, in world: World) -> FilePath {
        sandbox.path(world.rawValue).appending(name)
    }

    /// Writes the file in both worlds.
    func write(_ text: String, to name: String) throws {
        for world in World.allCases { try write(text, to: name, in: world) }
    }

    private func write(_ text: String, to name: String, in world: World) throws {
        try sandbox.write(Array(text.utf8), to: path(name, in: world))
    }

    /// Runs real DVC once for each line.
    ///
    /// `configurations`: what `.dvc/config` is made before the line with that index.
    func dvc(
        _ lines: [[String]], in directory: String, configurations: [Int: String] = [:]
    ) throws -> [Outcome] {
        let configuration = path("project/.dvc/config", in: .theirs).string
        let commands = lines.enumerated().map { index, words in
            Task.Command(
                words: words,
                write: configurations[index].map { [configuration: $0] } ?? [:])
        }
        let files = Self.configurations.map { path($0, in: .theirs).string }
        let python = FilePath(try Sandbox.realDVC()).parent.appending("python").string
        let script = FilePath(#filePath).parent.appending("dvc-commands.py").string
        let result = try sandbox.start(
            python, [script], in: path(directory, in: .theirs),
            stdin: Array(try JSONEncoder().encode(Task(commands: commands, files: files))),
            environment: environment(of: .theirs)
        ).wait(upTo: .seconds(300)).checked()
        return try JSONDecoder().decode([Answer].self, from: Data(result.outputBytes)).map {
            outcome($0.status, $0.output, $0.files, .theirs)
        }
    }

    /// Runs ours once.
    func ours(_ words: [String], in directory: String) throws -> (Outcome, ProcessResult) {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        let result = try sandbox.start(
            program, words, in: path(directory, in: .ours), environment: environment(of: .ours)
        ).wait()
        var files: [String: String] = [:]
        for name in Self.configurations {
            let path = path(name, in: .ours)
            files[path.string] = try readFileIfPresent(path).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        return (outcome(result.status, result.output, files, .ours), result)
    }

    func environment(of world: World) -> [String: String?] {
        [
            "HOME": path("home", in: world).string,
            "DVC_GLOBAL_CONFIG_DIR": path("home/.config/dvc", in: world).string,
            "DVC_SYSTEM_CONFIG_DIR": path("system", in: world).string,
        ]
    }

    /// The outcome with the world's name taken out.
    private func outcome(
        _ status: Int32?, _ output: String, _ files: [String: String], _ world: World
    ) -> Outcome {
        let root = sandbox.root.string
        func neutral(_ text: String) -> String {
            text.replacing("\(root)/\(world.rawValue)", with: "<world>")
        }
        // DVC writes files that it has nothing to say in, where there were none.
        let saying = files.filter { !$0.value.isEmpty && $0.value != "\n" }
        return Outcome(
            status: status, output: neutral(output),
            files: Dictionary(
                uniqueKeysWithValues: saying.map { (neutral($0.key), neutral($0.value)) }))
    }
}
