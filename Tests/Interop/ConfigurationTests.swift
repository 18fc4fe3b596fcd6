import Basics
import TestSupport
import Testing

/// A configuration that DVC and we must both accept, meaning the same, or both refuse.
struct ConfigurationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isAccepted: Bool
    /// `.dvc/config` and `.dvc/config.local`; `<url>` stands for the directory of the remote.
    let text: String
    let local: String?

    static func accepted(_ what: String, _ text: String, local: String? = nil) -> Self {
        Self(testDescription: what, isAccepted: true, text: text, local: local)
    }

    static func refused(_ what: String, _ text: String, local: String? = nil) -> Self {
        Self(testDescription: what, isAccepted: false, text: text, local: local)
    }
}

/// Items 26 to 29 of dvc-compat 11, and the dialect of its 1.3.
@Suite struct ConfigurationTests {
    @Test(arguments: acceptedCases + refusedCases)
    func `what DVC accepts we accept, and take for the same`(configuration: ConfigurationCase)
        throws
    {
        let comparison = try PushComparison()
        func write(_ text: String, _ name: String) throws {
            let text = text.replacing("<url>", with: comparison.url("main").string)
            try comparison.write(text, to: name)
        }
        try write(configuration.text, ".dvc/config")
        if let local = configuration.local { try write(local, ".dvc/config.local") }
        try comparison.writeMetafile("a", comparison.store("a"))
        try comparison.sandbox.commitAll("all", in: comparison.path)

        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.result.succeeded == configuration.isAccepted, "\(theirs.result)")
        #expect(theirs.objects.files.count == (configuration.isAccepted ? 1 : 0))
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.succeeded == configuration.isAccepted, "\(ours.result)")
            #expect(ours.objects.contents == theirs.objects.contents, "\(ours.result)")
            if !configuration.isAccepted {
                #expect(ours.result.errorOutput.hasPrefix("error: "), "\(ours.result)")
            }
        }
    }
}

private let acceptedCases: [ConfigurationCase] = [
    .accepted("titles without the outer quotes", "[core]\nremote=m\n[remote \"m\"]\nurl=<url>\n"),
    .accepted(
        "names in any case", "[CORE]\n  Remote = MaIn\n['remote \"mAIN\"']\n  URL = <url>\n"),
    .accepted(
        "line ends of Windows",
        "[core]\r\n    remote = m\r\n['remote \"m\"']\r\n    url = <url>\r\n"),
    .accepted(
        "comments, also after a value, and odd blanks",
        "# one\n[core] # two\n\tremote   =   m # three\n\n\n  [ 'remote \"m\"' ]\nurl=<url>   # four\n"
    ),
    .accepted(
        "quoted values with comma and number sign",
        "[core]\nremote = 'm'\n['remote \"m\"']\nurl = \"<url>/a, b # c\"\n"),
    .accepted(
        "a percent sign that starts no reference",
        "[core]\nremote = m\n['remote \"m\"']\nurl = <url>/a%20b\n"),
    .accepted(
        "a relative URL, from the directory of the file",
        "[core]\nremote = m\n['remote \"m\"']\nurl = ../../remotes/main\n"),
    .accepted(
        "blanks and signs in a remote's name",
        "[core]\nremote = My Store (é)\n['remote \"My Store (é)\"']\nurl = <url>\n"),
    .accepted(
        "empty sections and unknown features",
        "[core]\nremote = m\n[feature]\nnew = 1\n[cache]\n['remote \"m\"']\nurl = <url>\n"),
    .accepted(
        "remote:// through two others, with options of config.local",
        "[core]\nremote = c\n['remote \"a\"']\nurl = <url>\n['remote \"b\"']\nurl = remote://a/b\n"
            + "['remote \"c\"']\nurl = remote://B/c/d\n",
        local: "['remote \"c\"']\njobs = 2\nshared = group\n"),
    .accepted(
        "config.local gives only options to a remote",
        "[core]\nremote = m\n['remote \"m\"']\nurl = <url>\n",
        local: "['remote \"m\"']\nverify = true\n"),
    .accepted(
        "config.local gives the default, and another URL",
        "['remote \"m\"']\nurl = /nowhere\n",
        local: "[core]\nremote = m\n['remote \"m\"']\nurl = <url>\n"),
    .accepted(
        "remotes of schemes that are not asked for",
        "[core]\nremote = m\n['remote \"s\"']\nurl = s3://b/p\nregion = x\n"
            + "['remote \"m\"']\nurl = <url>\n"),
]

private let refusedCases: [ConfigurationCase] = [
    .refused("an unquoted comma", "[core]\nremote = m\n['remote \"m\"']\nurl = <url>,b\n"),
    .refused(
        "a reference to nothing", "[core]\nremote = m\n['remote \"m\"']\nurl = <url>/%(x)s\n"),
    .refused(
        "a section twice", "[core]\nremote = m\n[core]\njobs = 1\n['remote \"m\"']\nurl = <url>\n"),
    .refused(
        "an option twice", "[core]\nremote = m\nremote = m\n['remote \"m\"']\nurl = <url>\n"),
    .refused(
        "an unknown option", "[core]\nremote = m\nnew = 1\n['remote \"m\"']\nurl = <url>\n"),
    .refused(
        "an unknown section", "[core]\nremote = m\n[new]\nx = 1\n['remote \"m\"']\nurl = <url>\n"),
    .refused(
        "no Boolean", "[core]\nremote = m\nno_scm = 1\n['remote \"m\"']\nurl = <url>\n"),
    .refused("a title in the wrong quotes", "[core]\nremote = m\n[\"remote 'm'\"]\nurl = <url>\n"),
    .refused("a line that is none", "[core]\nremote = m\nwhat\n['remote \"m\"']\nurl = <url>\n"),
    .refused("a value that does not end", "[core]\nremote = 'm\n['remote \"m\"']\nurl = <url>\n"),
    .refused("a default that is not there", "[core]\nremote = n\n['remote \"m\"']\nurl = <url>\n"),
    .refused("no default", "['remote \"m\"']\nurl = <url>\n"),
    .refused("a remote without a URL", "[core]\nremote = m\n['remote \"m\"']\njobs = 2\n"),
    .refused(
        "remote:// to nothing", "[core]\nremote = m\n['remote \"m\"']\nurl = remote://n/x\n"),
    .refused(
        "remotes that name each other",
        "[core]\nremote = m\n['remote \"m\"']\nurl = remote://n/x\n['remote \"n\"']\n"
            + "url = remote://m/x\n"),
    .refused("an unknown scheme", "[core]\nremote = m\n['remote \"m\"']\nurl = foo://a/b\n"),
    .refused("a byte order mark", "\u{feff}[core]\nremote = m\n['remote \"m\"']\nurl = <url>\n"),
]

extension ConfigurationTests {
    /// DVC makes a directory called `file:` below the current one.
    @Test func `a file URL is refused, where DVC loses the data in the working copy`() throws {
        let comparison = try PushComparison()
        try comparison.write(
            "[core]\nremote = m\n['remote \"m\"']\nurl = file://\(comparison.url("main"))\n",
            to: ".dvc/config")
        try comparison.writeMetafile("a", comparison.store("a"))
        try comparison.sandbox.commitAll("all", in: comparison.path)
        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.objects.files == [])
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            // Of a hook that fails git knows no more than that.
            #expect(ours.result.status == (pusher == .gitDVC ? 251 : 1), "\(ours.result)")
            #expect(ours.result.errorOutput.contains("\nhint: "), "\(ours.result)")
            #expect(ours.objects.files == [])
        }
    }

    /// An older commit's configuration may not know the remote that `config.local` has options for.
    @Test func `a remote without a URL does no harm until it is needed`() throws {
        let comparison = try PushComparison()
        try comparison.write("['remote \"old\"']\npassword = x\n", to: ".dvc/config.local")
        try comparison.writeMetafile("a", comparison.store("a"))
        try comparison.sandbox.commitAll("all", in: comparison.path)
        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.result.status == 251, "\(theirs.result)")
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.succeeded, "\(ours.result)")
            #expect(ours.objects.files.count == 1)
        }
    }
}
