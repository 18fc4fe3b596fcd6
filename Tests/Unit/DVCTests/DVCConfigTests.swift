import Basics
import Testing

@testable import DVC

/// What is expected here was compared with `dvc.config.Config` of DVC 3.67.1.
@Suite struct DVCConfigTests {
    static func config(
        repo: String, local: String = "", home: FilePath? = "/home/me"
    ) throws(ConfigError) -> DVCConfig {
        try DVCConfig(
            [
                ConfigSource(
                    level: .local, bytes: Array(local.utf8), directory: "/r/.dvc",
                    name: ".dvc/config.local"),
                ConfigSource(
                    level: .repo, bytes: Array(repo.utf8), directory: "/r/.dvc",
                    name: ".dvc/config"),
            ], home: home)
    }

    @Test func `nothing is set in an empty configuration`() throws {
        let config = try DVCConfig([], home: nil)
        #expect(config.defaultRemoteName == nil)
        #expect(config.remoteNames == [])
        #expect(config.cacheDirectory == nil)
        #expect(!config.isCacheShared)
        #expect(config.linkTypes == [.reflink, .copy])
    }

    @Test func `reads the settings of core and cache`() throws {
        let config = try Self.config(
            repo: "[CORE]\nRemote = Storage\nhardlink_lock = TRUE\n"
                + "[cache]\ndir = ../../c\nshared = Group\ntype = symlink, copy\n")
        #expect(config.defaultRemoteName == "storage")
        #expect(config.setting("hardlink_lock", in: "core")?.text == "TRUE")
        #expect(config.cacheDirectory == "/c")
        #expect(config.isCacheShared)
        #expect(config.linkTypes == [.symlink, .copy])
    }

    @Test func `a higher level wins option by option, whatever the order of the sources`() throws {
        let config = try Self.config(
            repo: "['remote \"a\"']\nurl = /old\njobs = 2\n",
            local: "['remote \"A\"']\nurl = /new\n")
        let remote = try config.remote(named: "a")
        #expect(remote.location == .directory("/new"))
        #expect(remote.jobs == 2)
        #expect(remote.level(of: "url") == .local)
        #expect(remote.level(of: "jobs") == .repo)
        #expect(remote.level(of: "user") == nil)
    }

    @Test(
        arguments: [
            ("[foo]", .unknownSection("foo"), 1), ("x=1", .optionOutsideSection("x"), 1),
            ("[core]\nbogus=1", .unknownOption("bogus", section: "core"), 2),
            ("[core]\n[[x]]", .unknownOption("x", section: "core"), 2),
            ("[core]\nanalytics=yes", .badValue(option: "analytics", expected: "true or false"), 2),
            ("[core]\nremote=a,b", .listInsteadOfText(option: "remote"), 2),
            ("[remote]\nurl=/a", .optionWithoutName(section: "remote"), 2),
            (#"["remote 'x'"]"#, .unknownSection("remote 'x'"), 1),
            ("[remote \"a\"]\nurl=/a,b", .listInsteadOfText(option: "url"), 2),
            ("[remote \"a\"]\nurl=foo://x", .unsupportedScheme("foo"), 2),
            ("[remote \"a\"]\nurl=file://x/y", .fileURL, 2),
            ("[remote \"a\"]\nurl=~you/x", .homeUnknown(option: "url"), 2),
            ("[remote \"a\"]\nurl=/a\u{0}b", .badValue(option: "url", expected: "a path"), 2),
            (
                "[remote \"a\"]\nurl=/a\nregion=x",
                .unknownOption("region", section: "remote \"a\""), 3
            ),
            (
                "[remote \"a\"]\nurl=/a\njobs=0",
                .badValue(option: "jobs", expected: "an integer from 1"), 3
            ),
            ("[cache]\ndir=ssh://h/c", .remoteCache, 2),
        ] as [(String, ConfigError.Reason, Int)])
    func `an invalid option makes all of it invalid`(
        text: String, reason: ConfigError.Reason, line: Int
    ) {
        #expect(throws: ConfigError(reason: reason, file: ".dvc/config", line: line)) {
            try Self.config(repo: text)
        }
    }

    @Test func `unknown options of feature are fine`() throws {
        _ = try Self.config(repo: "[feature]\nx = 1\n[[y]]\nz = 1\n")
    }

    @Test func `a path that starts with a tilde needs a home`() throws {
        let text = "['remote \"a\"']\nurl = ~/x\n"
        #expect(try Self.config(repo: text).remote(named: "a").location == .directory("/home/me/x"))
        #expect(
            throws: ConfigError(
                reason: .homeUnknown(option: "url"), file: ".dvc/config", line: 2)
        ) { try Self.config(repo: text, home: nil) }
    }

    @Test func `the obsolete cache.local names a remote whose directory is the cache`() throws {
        let config = try Self.config(repo: "[cache]\nlocal = A\n['remote \"a\"']\nurl = /c\n")
        #expect(config.cacheDirectory == "/c")
    }
}
