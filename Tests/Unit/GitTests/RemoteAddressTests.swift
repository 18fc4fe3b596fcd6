import Basics
import Testing

@testable import Git

/// What the remote helper reads before it starts anything.
@Suite struct RemoteAddressTests {
    private func transport(_ text: String) throws -> RemoteAddress.Transport {
        try RemoteAddress(text).transport
    }

    @Test func `paths and URLs are told apart as Git does`() throws {
        #expect(try transport("/srv/x.git") == .local(path: "/srv/x.git"))
        #expect(try transport("../x:y") == .local(path: "../x:y"))
        #expect(try transport("repo") == .local(path: "./repo"))
        #expect(try RemoteAddress("repo").url == "./repo")
        #expect(try transport("file:///a%20b") == .local(path: "/a b"))
        #expect(try transport("file://localhost/a") == .local(path: "/a"))
        #expect(try transport("http://h/x") == .http)
        #expect(try transport("HTTPS://u:p@h:8443/x") == .https)
        #expect(try transport("git://h:1/x") == .git(host: "h", port: "1", path: "/x"))
    }

    @Test(
        arguments: [
            ("ssh://h/x", "h", nil, "/x"), ("ssh://u@h:22/~me/x", "u@h", "22", "~me/x"),
            ("ssh://[::1]:22/x", "::1", "22", "/x"), ("ssh://u@[::1]/x", "u@::1", nil, "/x"),
            ("git@h:x/y.git", "git@h", nil, "x/y.git"), ("[u@h:33]:/x", "u@h", "33", "/x"),
            ("h:/abs", "h", nil, "/abs"), ("ssh://h:/x", "h", nil, "/x"),
            ("ssh+git://h/a%21b", "h", nil, "/a!b"),
        ] as [(String, String, String?, String)])
    func `ssh addresses have host, port and path`(
        text: String, host: String, port: String?, path: String
    ) throws {
        guard case .ssh(let place) = try transport(text) else {
            Issue.record("\(text) is no ssh address")
            return
        }
        #expect(place.host == host)
        #expect(place.port == port)
        #expect(place.path == path)
    }

    @Test(
        arguments: [
            ("", .empty), ("-x", .looksLikeOption), ("--upload-pack=touch x", .looksLikeOption),
            ("ssh://-oProxyCommand=x/y", .looksLikeOption),
            ("-oProxyCommand=x:y", .looksLikeOption),
            ("ssh://u@-oX/y", .looksLikeOption), ("u@-oX:y", .looksLikeOption),
            ("h:-x", .looksLikeOption), ("https://-x/y", .looksLikeOption),
            ("ssh://h/a\nb", .controlCharacter), ("/a\u{1b}[2J", .controlCharacter),
            ("ssh://h%0ax/y", .controlCharacter), ("https://h%0dx/y", .controlCharacter),
            ("git://h/x%0ahost=y", .controlCharacter), ("/a\u{7f}", .controlCharacter),
            ("/caf\u{fffd}", .notText),
            ("ext::sh -c x", .helper), ("fd::7", .helper), ("dvc::/x", .helper), ("::x", .helper),
            ("s3://bucket/x", .scheme("s3")), ("dvc://h/x", .scheme("dvc")),
            ("ssh://h", .noPath), ("h:", .noPath), ("file://h", .noPath), ("ssh:///x", .badHost),
            ("https:///x", .badHost), ("ssh://h:x/y", .badPort), ("ssh://h:99999/y", .badPort),
            ("ssh://[::1]x/y", .badHost),
        ] as [(String, RemoteAddressError.Reason)])
    func `what could do harm is refused`(
        text: String, reason: RemoteAddressError.Reason
    ) throws {
        let error = #expect(throws: RemoteAddressError.self) { try RemoteAddress(text) }
        #expect(error?.reason == reason, "\(text)")
    }

    @Test func `an error shows no password`() {
        let error = #expect(throws: RemoteAddressError.self) {
            try RemoteAddress("ftp://me:secret@h/x")
        }
        #expect(error?.summary.contains("secret") == false)
    }
}

@Suite struct PushLineTests {
    @Test func `sources, force and deletions are read`() {
        #expect(
            PushLine("refs/heads/a:refs/heads/b")
                == PushLine(source: "refs/heads/a", ref: "refs/heads/b", isForced: false))
        #expect(
            PushLine("+HEAD:refs/heads/b")
                == PushLine(source: "HEAD", ref: "refs/heads/b", isForced: true))
        #expect(
            PushLine(":refs/tags/v")
                == PushLine(source: nil, ref: "refs/tags/v", isForced: false))
        #expect(PushLine("+a:refs/b")?.text == "+a:refs/b")
    }

    @Test(arguments: [
        "", "refs/heads/a", "a:", "a:b", "a:refs/heads/b c", "-x:refs/heads/a", "a:--x",
        "+-x:refs/heads/a", "a:refs/heads/\u{1}",
    ])
    func `what Git does not send is refused`(text: String) { #expect(PushLine(text) == nil) }

    @Test(arguments: [
        ("refs/exps/exec/EXEC_HEAD", true), ("refs/exps/stash", true), ("refs/exps/ab/cd/x", true),
        ("refs/dvc/origin/exps/x", true), ("refs/heads/exps", false),
        (
            "refs/exps/\(String(repeating: "a", count: 2))/\(String(repeating: "b", count: 38))/x",
            false
        ),
    ])
    func `internal refs are told by their form`(ref: String, isInternal: Bool) {
        #expect(PushLine("HEAD:\(ref)")?.isInternal == isInternal)
        #expect(PushLine(":\(ref)")?.isInternal == false)  // cleaning up is allowed
    }
}

@Suite struct HelperOptionsTests {
    @Test func `known options are kept`() {
        var options = HelperOptions()
        for line in [
            "verbosity 2", "progress false", "dry-run true", "atomic true", "pushcert if-asked",
            "object-format", "push-option plain", "push-option \"a\\tb\\303\\274\"",
            "cas refs/heads/main:0123", "servpath my-pack", "family ipv4", "force-if-includes true",
        ] { #expect(options.take(line) == .ok, "\(line)") }
        #expect(options.take("push-option dvc.exps=follow") == .ours)
        #expect(options.verbosity == 2 && options.showsProgress == false && options.isDryRun)
        #expect(options.isAtomic && options.signing == "if-asked" && options.wantsObjectFormat)
        #expect(options.pushOptions == ["plain", "a\tb\u{fc}"])
        #expect(options.leases == ["refs/heads/main:0123"])
        #expect(options.serverProgram == "my-pack" && options.family == "ipv4")
        #expect(options.experiments == .follow)
    }

    @Test(arguments: [
        "verbosity x", "verbosity", "dry-run", "dry-run yes", "cas x", "push-option",
        "push-option \"a", "push-option \"\\q\"", "push-option dvc.exps=some",
        "push-option dvc.else=1", "pushcert maybe", "servpath", "family ipv7", "object-format md5",
    ])
    func `malformed values are errors`(line: String) {
        var options = HelperOptions()
        guard case .error = options.take(line) else {
            Issue.record("'\(line)' was taken")
            return
        }
    }

    @Test func `unknown options are unsupported`() {
        var options = HelperOptions()
        #expect(options.take("telepathy on") == .unsupported)
        #expect(options.take("") == .unsupported)
    }
}

@Suite struct ProtocolPolicyTests {
    @Test(
        arguments: [
            ([:], [:], ["file": true, "ssh": true, "https": true]),
            ([:], ["GIT_PROTOCOL_FROM_USER": "0"], ["file": false, "ssh": true]),
            (["protocol.ssh.allow": "never"], [:], ["ssh": false, "http": true]),
            (["protocol.allow": "user"], ["GIT_PROTOCOL_FROM_USER": "0"], ["https": false]),
            (
                ["protocol.allow": "never", "protocol.file.allow": "always"], [:],
                ["file": true, "git": false]
            ),
            (["protocol.file.allow": "nonsense"], [:], ["file": false]),
            ([:], ["GIT_ALLOW_PROTOCOL": "https:ssh"], ["https": true, "file": false]),
            (["protocol.https.allow": "never"], ["GIT_ALLOW_PROTOCOL": "https"], ["https": true]),
            ([:], ["GIT_ALLOW_PROTOCOL": ""], ["ssh": false]),
        ] as [([String: String], [String: String], [String: Bool])])
    func `the verdict is that of Git`(
        settings: [String: String], variables: [String: String], verdicts: [String: Bool]
    ) {
        let config = GitConfig(values: settings.mapValues { [$0] })
        let policy = ProtocolPolicy(config, Environment(variables))
        for (name, verdict) in verdicts { #expect(policy.allows(name) == verdict, "\(name)") }
    }
}

@Suite struct URLRewritingTests {
    private let rules = URLRewriting(
        GitConfig(values: [
            "url.dvc::https://.pushinsteadof": ["https://"],
            "url.git@example.org:.insteadof": ["https://example.org/", "ex:"],
            "url.ssh://push/.pushinsteadof": ["https://example.org/special/"],
        ]))

    @Test func `the user's rules hold behind ours, the longest first`() {
        #expect(
            rules.address("https://example.org/a", isPush: true) == "git@example.org:a")
        #expect(
            rules.address("https://example.org/special/a", isPush: true) == "ssh://push/a")
        #expect(
            rules.address("https://example.org/special/a", isPush: false)
                == "git@example.org:special/a")
        #expect(rules.address("ex:b", isPush: false) == "git@example.org:b")
        #expect(rules.address("https://other/a", isPush: true) == "https://other/a")
    }
}

@Suite struct SSHInvocationTests {
    private let place: SSHPlace

    init() throws {
        guard case .ssh(let place) = try RemoteAddress("ssh://u@h:2222/x").transport else {
            throw RemoteAddressError(address: "", reason: .empty)
        }
        self.place = place
    }

    @Test(
        arguments: [
            ([:], [:], "ssh", .ssh), ([:], ["GIT_SSH": "/opt/plink.exe"], "/opt/plink.exe", .plink),
            ([:], ["GIT_SSH": "/x/mine"], "/x/mine", .auto),
            (["core.sshcommand": "ssh -4"], [:], "ssh -4", .ssh),
            (["core.sshcommand": "a"], ["GIT_SSH_COMMAND": "'/b c/ssh' -v"], "'/b c/ssh' -v", .ssh),
            (["ssh.variant": "putty"], [:], "ssh", .putty),
            (["ssh.variant": "putty"], ["GIT_SSH_VARIANT": "simple"], "ssh", .simple),
            (["ssh.variant": "unheard"], [:], "ssh", .ssh),
        ] as [([String: String], [String: String], String, SSHInvocation.Variant)])
    func `program and variant are chosen as by Git`(
        settings: [String: String], variables: [String: String], program: String,
        variant: SSHInvocation.Variant
    ) {
        let config = GitConfig(values: settings.mapValues { [$0] })
        let ssh = SSHInvocation(config, Environment(variables))
        #expect(ssh.program == program)
        #expect(ssh.variant == variant)
    }

    @Test func `each variant has its options`() {
        let ssh = SSHInvocation(GitConfig(values: [:]), Environment([:]))
        func words(_ variant: SSHInvocation.Variant, _ version: Int, _ family: String?) -> [String]?
        {
            ssh.arguments(for: place, variant: variant, version: version, family: family)
        }
        #expect(words(.ssh, 2, nil) == ["-o", "SendEnv=GIT_PROTOCOL", "-p", "2222", "u@h"])
        #expect(words(.ssh, 0, "ipv6") == ["-6", "-p", "2222", "u@h"])
        #expect(words(.plink, 2, nil) == ["-P", "2222", "u@h"])
        #expect(words(.tortoiseplink, 2, "ipv4") == ["-4", "-batch", "-P", "2222", "u@h"])
        #expect(words(.simple, 2, nil) == nil)
        #expect(quotedForServer("/a'b!c") == #"'/a'\''b'\!'c'"#)
    }
}
