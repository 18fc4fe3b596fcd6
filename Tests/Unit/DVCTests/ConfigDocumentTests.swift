import Basics
import Testing

@testable import DVC

/// Edits of files that people wrote: only the lines of what changes are touched.
@Suite struct ConfigDocumentTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: String
        let edit: ConfigEdit
        let after: String
    }

    private static let commented = """
        # ours
        [core]  # here
          remote = a   # the default

        # the fast one
        ['remote "a"']
          url = /a # path
          # many at a time
          jobs = 8

        ['remote "b"']
          url = "/b, c"

        """

    static let cases: [Case] = [
        Case(
            testDescription: "a value keeps its comment", before: commented,
            edit: .set(option: "url", value: "/x y, z", in: .remote("a")),
            after: commented.replacing("/a # path", with: "\"/x y, z\" # path")),
        Case(
            testDescription: "a new option comes behind the last, like it", before: commented,
            edit: .set(option: "verify", value: "true", in: .remote("a")),
            after: commented.replacing("jobs = 8\n", with: "jobs = 8\n  verify = true\n")),
        Case(
            testDescription: "an option goes with its line", before: commented,
            edit: .unset(option: "jobs", in: .remote("a")),
            after: commented.replacing("  jobs = 8\n", with: "")),
        Case(
            testDescription: "a section goes with its options", before: commented,
            edit: .remove(.remote("a")),
            after: commented.replacing(
                "['remote \"a\"']\n  url = /a # path\n  # many at a time\n  jobs = 8\n\n", with: "")
        ),
        Case(
            testDescription: "an empty section without comments goes", before: commented,
            edit: .unset(option: "remote", in: ConfigSectionName("core")),
            after: commented.replacing("[core]  # here\n  remote = a   # the default\n\n", with: "")
                .replacing("# ours\n", with: "# ours\n[core]  # here\n\n")),
        Case(
            testDescription: "a new name", before: commented,
            edit: .rename(.remote("a"), to: "new"),
            after: commented.replacing("['remote \"a\"']", with: "['remote \"new\"']")),
        Case(
            testDescription: "a new section comes last, apart like the others", before: commented,
            edit: .set(option: "url", value: "/c", in: .remote("c")),
            after: commented + "\n['remote \"c\"']\n    url = /c\n"),
        Case(
            testDescription: "line ends of Windows", before: "[core]\r\nremote=a\r\n",
            edit: .set(option: "url", value: "/a", in: .remote("a")),
            after: "[core]\r\nremote=a\r\n['remote \"a\"']\r\n    url = /a\r\n"),
        Case(
            testDescription: "no line end at the end", before: "[core]\nremote=a",
            edit: .set(option: "autostage", value: "true", in: ConfigSectionName("core")),
            after: "[core]\nremote=a\nautostage = true\n"),
        Case(
            testDescription: "names in another case", before: "[Core]\nRemote=a\n",
            edit: .set(option: "remote", value: "b", in: ConfigSectionName("core")),
            after: "[Core]\nRemote=b\n"),
        Case(
            testDescription: "sections within a section", before: "[remote]\n[[a]]\nurl=/a\n",
            edit: .rename(.remote("a"), to: "b"), after: "[remote]\n[[b]]\nurl=/a\n"),
        Case(
            testDescription: "sections that differ in case: the last one counts",
            before: "['remote \"A\"']\nurl=/1\n['remote \"a\"']\nurl=/2\n",
            edit: .set(option: "url", value: "/3", in: .remote("a")),
            after: "['remote \"A\"']\nurl=/1\n['remote \"a\"']\nurl=/3\n"),
        Case(
            testDescription: "a value of several lines and its comment",
            before: "[core]\nsite_cache_dir = '''a\nb''' # c\n",
            edit: .set(option: "site_cache_dir", value: "x", in: ConfigSectionName("core")),
            after: "[core]\nsite_cache_dir = x # c\n"),
        Case(
            testDescription: "a reference stays one",
            before: "[core]\n    site_cache_dir = x\n    remote = %(site_cache_dir)s\n",
            edit: .set(option: "autostage", value: "true", in: ConfigSectionName("core")),
            after: "[core]\n    site_cache_dir = x\n    remote = %(site_cache_dir)s\n"
                + "    autostage = true\n"),
        Case(
            testDescription: "what is not there cannot go", before: commented,
            edit: .unset(option: "nope", in: .remote("a")), after: commented),
    ]

    @Test(arguments: cases)
    func `touches only what changes`(test: Case) throws {
        var document = try ConfigDocument(parsing: Array(test.before.utf8), name: "config")
        try document.apply(test.edit)
        #expect(String(decoding: document.bytes, as: UTF8.self) == test.after)
    }

    @Test(arguments: ["", "\n"])
    func `a file of DVC's stays one`(empty: String) throws {
        var document = try ConfigDocument(parsing: Array(empty.utf8), name: "config")
        func text() -> String { String(decoding: document.bytes, as: UTF8.self) }
        try document.apply(.set(option: "url", value: "/a", in: .remote("a")))
        #expect(text() == "['remote \"a\"']\n    url = /a\n")
        // DVC puts sections without names first.
        try document.apply(.set(option: "remote", value: "a", in: ConfigSectionName("core")))
        #expect(text() == "[core]\n    remote = a\n['remote \"a\"']\n    url = /a\n")
        try document.apply(.unset(option: "remote", in: ConfigSectionName("core")))
        try document.apply(.remove(.remote("a")))
        #expect(text() == "\n")
    }

    @Test(arguments: [
        ConfigEdit.set(option: "url", value: "a\rb", in: .remote("a")),
        .set(option: "url", value: "%(nope)s", in: .remote("a")),
        .set(option: "url", value: "%(url)s", in: .remote("a")),
        .set(option: "url", value: "x", in: .remote("we'ird")),
        .set(option: "url", value: "x", in: .remote("two\nlines")),
        .rename(.remote("a"), to: "we'ird"),
    ])
    func `what cannot be written changes nothing`(edit: ConfigEdit) throws {
        for text in ["['remote \"a\"']\n    url = /a\n", "# mine\n['remote \"a\"']\nurl=/a\n"] {
            var document = try ConfigDocument(parsing: Array(text.utf8), name: "config")
            let error = try #require(
                #expect(throws: ConfigError.self) { try document.apply(edit) })
            #expect(error.file == "config")
            #expect(document.bytes == Array(text.utf8))
        }
    }

    @Test(arguments: [
        ("rel", "../work/rel"), ("./a/../b", "../work/b"), ("", "../work"), (".", "../work"),
        ("..", ".."), ("../.dvc", "."), ("../.dvc/in", "in"), ("../../..", "../../.."),
        ("/abs/../x", "/abs/../x"), ("~/x", "~/x"), ("s3://b/../c", "s3://b/../c"),
        ("s3:/b", "../work/s3:/b"),
    ])
    func `paths are written as the file sees them`(typed: String, written: String) {
        #expect(
            ConfigDocument.writtenPath(
                typed, directory: "/home/p/.dvc", workingDirectory: "/home/p/work") == written)
    }
}
