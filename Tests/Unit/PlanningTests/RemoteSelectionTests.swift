import Basics
import DVC
import Testing

@testable import Planning

@Suite struct RemoteSelectionTests {
    /// Remotes `a`, `b` and `broken`, and the default if there is one.
    private static func configuration(
        default name: String? = nil, remotes: [String] = ["a", "b"], broken: Bool = true
    ) throws -> RootConfiguration {
        var text = name.map { "[core]\n    remote = \($0)\n" } ?? ""
        for remote in remotes { text += "['remote \"\(remote)\"']\n    url = /srv/\(remote)\n" }
        if broken { text += "['remote \"broken\"']\n    url = remote://broken/x\n" }
        let source = ConfigSource(
            level: .repo, bytes: Array(text.utf8), directory: "/top/.dvc", name: "config")
        return RootConfiguration(
            config: try DVCConfig([source], home: nil), cacheDirectory: "/top/.dvc/cache")
    }

    private static func collected(
        remote: String?, _ configuration: RootConfiguration
    ) throws -> CollectedOut {
        let text =
            "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  hash: md5\n  path: x\n"
            + (remote.map { "  remote: \($0)\n" } ?? "")
        let out = try #require(try Metafile(Array(text.utf8)).outs.first)
        return CollectedOut(
            out: out,
            needed: NeededOut(
                oid: try #require(out.oid), path: "x", sources: [], revision: .workspace),
            root: "", configuration: configuration, metafileKind: .data, metafile: "x.dvc")
    }

    /// What a choice comes to, as one word.
    private static func word(_ choice: RemoteChoice) -> String {
        switch choice {
        case .remote(let remote): remote.name
        case .notSelected: "-"
        case .none: "none"
        case .invalid: "invalid"
        }
    }

    /// `-r`, `remote.<name>.dvcRemote`, the out's own, `core.remote`.
    @Test(
        arguments: [
            (nil, nil, nil, nil, "none"), (nil, nil, nil, "a", "a"), (nil, nil, "b", "a", "b"),
            (nil, "b", nil, "a", "b"), (nil, "a", "b", nil, "b"), ("b", nil, nil, "a", "b"),
            ("b", "a", nil, nil, "b"), ("a", nil, "b", nil, "-"), ("b", nil, "b", "a", "b"),
            ("B", nil, "b", "a", "b"), (nil, "B", nil, "a", "b"), (nil, nil, "B", "a", "b"),
            (nil, nil, nil, "broken", "invalid"), (nil, nil, "broken", "a", "invalid"),
            ("gone", nil, nil, "a", "invalid"), (nil, "gone", nil, "a", "invalid"),
            (nil, nil, "gone", "a", "invalid"), (nil, nil, nil, "gone", "invalid"),
            ("gone", nil, "a", nil, "-"),
        ] as [(String?, String?, String?, String?, String)])
    func `the nearest say wins`(
        only: String?, replaced: String?, own: String?, core: String?, expected: String
    ) throws {
        let out = try Self.collected(
            remote: own, try Self.configuration(default: core))
        let selection = RemoteSelection(defaultName: replaced, only: only)
        #expect(Self.word(try selection.choice(for: out)) == expected)
    }

    @Test func `a commit without the remote takes the tip's`() throws {
        let none = try Self.configuration(remotes: [], broken: false)
        let tip = try Self.configuration(default: "a")
        let selection = RemoteSelection()
        func choice(_ own: String?, only: String? = nil) throws -> String {
            let out = try Self.collected(remote: own, none)
            var selection = selection
            selection.only = only
            return Self.word(try selection.choice(for: out) { _ in tip.config })
        }
        #expect(try choice(nil) == "a")
        #expect(try choice("b") == "b")
        #expect(try choice(nil, only: "b") == "b")
        #expect(try choice("a", only: "b") == "-")
        #expect(try choice("gone") == "invalid")
        #expect(try choice("broken") == "invalid")
    }

    @Test func `the tip is not asked when the commit's own remote is there`() throws {
        let out = try Self.collected(remote: nil, try Self.configuration(default: "a"))
        struct Asked: Error {}
        let choice = try RemoteSelection().choice(for: out) { _ in throw Asked() }
        #expect(Self.word(choice) == "a")
    }
}
