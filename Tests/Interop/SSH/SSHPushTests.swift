import Basics
import Digests
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git push`, `git dvc` and real DVC with one folder of a real `sshd`.
@Suite struct SSHPushTests {
    @Test func `what git push uploads, real DVC pulls`() throws {
        let world = try SSHWorld()
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        let clone = try world.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        let difference = try FileTree(workingCopy: world.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        try world.sandbox.dvc("status", "--cloud", in: clone)
    }

    @Test func `what real DVC pushes, git dvc pulls`() throws {
        let world = try SSHWorld()
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        try world.sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        let difference = try FileTree(workingCopy: world.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        let status = try world.repository.tryOurs("status", "--cloud", in: clone)
        #expect(status.succeeded, "\(status)")
        let verify = try world.repository.tryOurs("verify", in: world.path)
        #expect(verify.succeeded, "\(verify)")
    }

    @Test func `both leave the same files, with the same modes`() throws {
        let ours = try SSHWorld()
        let theirs = try SSHWorld()
        let push = try ours.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        try theirs.sandbox.dvc("push", "--quiet", in: theirs.path)
        let made = try FileTree(ours.folder)
        #expect(!made.entries.isEmpty)
        #expect(try made.difference(from: FileTree(theirs.folder)) == [])
    }

    @Test func `nothing new makes no connection, and ten changed files make one`() throws {
        let world = try SSHWorld()
        let names = (0..<300).map { "f\($0)" }
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        try repository.addDirectory("many", names: names) { Array("content \($0)".utf8) }
        try world.sandbox.commitAll("many", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        #expect(try world.connectionCount == 1)
        try world.repository.tryOurs("push").checked()
        #expect(try world.connectionCount == 1)
        try repository.addDirectory("many", names: names) { index in
            Array((index < 10 ? "changed \(index)" : "content \(index)").utf8)
        }
        try world.sandbox.commitAll("ten changed", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        #expect(try world.connectionCount == 2)
    }

    @Test func `a remote that refers to another one has its place and its options`() throws {
        let world = try SSHWorld()
        try world.repository.setConfig(
            """
            [core]
                remote = nested
            ['remote "base"']
                url = ssh://127.0.0.1:\(world.server.port)\(world.folder)
                user = root
            ['remote "nested"']
                url = remote://base/nested/x

            """)
        try world.repository.setConfig(
            "['remote \"base\"']\n    keyfile = \(world.server.userKey)\n", local: true)
        try world.repository.tryOurs("push").checked()
        #expect(directoryExists(world.folder.appending("nested/x/files/md5")))
        try world.sandbox.dvc("status", "--cloud", in: world.path)
    }

    // MARK: Who logs in

    @Test func `a key file of the remote is the one that is used`() throws {
        let world = try SSHWorld()
        let options = Array(world.server.options.dropFirst(4))
        try world.useSSH(["-F", "none"] + options)
        try world.repository.tryOurs("push").checked()
        // Without it nothing lets us in.
        try world.configure(key: false)
        try world.useSSH(["-F", "none", "-o", "IdentityFile=none"] + options)
        let push = try world.repository.tryOurs("push", "--check-members")
        #expect(push.errorOutput.contains("Permission denied"), "\(push)")
        #expect(push.errorOutput.contains("hint: see whether 'ssh -p"), "\(push)")
    }

    @Test func `a passphrase opens the key, and a wrong one does not`() throws {
        let world = try SSHWorld(try SSHServer(passphrase: "open sesame"))
        let options = Array(world.server.options.dropFirst(4))
        try world.useSSH(["-F", "none"] + options)
        func use(_ passphrase: String) throws {
            try world.repository.setConfig(
                """
                ['remote "storage"']
                    keyfile = \(world.server.userKey)
                    passphrase = \(passphrase)

                """, local: true)
        }
        try use("wrong")
        let refused = try world.repository.tryOurs("push")
        #expect(!refused.succeeded)
        #expect(refused.errorOutput.contains("Permission denied"), "\(refused)")
        #expect(!fileExists(world.folder))
        try use("open sesame")
        try world.repository.tryOurs("push").checked()
        try world.sandbox.dvc("status", "--cloud", in: world.path)
    }

    @Test func `a password is given to the server, and a wrong one is refused`() throws {
        let server = try RcloneSFTPServer(user: "me", password: "pass word")
        let world = try SSHWorld()
        try world.useSSH(["-F", "none", "-o", "UserKnownHostsFile=\(server.knownHosts)"])
        func use(_ password: String) throws {
            try world.repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = ssh://127.0.0.1:\(server.port)/data
                    user = me

                """)
            try world.repository.setConfig(
                "['remote \"storage\"']\n    password = \(password)\n", local: true)
        }
        try use("wrong")
        let refused = try world.repository.tryOurs("push")
        #expect(!refused.succeeded)
        #expect(refused.errorOutput.contains("Permission denied"), "\(refused)")
        #expect(refused.errorOutput.contains("hint: check the password"), "\(refused)")
        #expect(!refused.errorOutput.contains("wrong"), "\(refused)")
        try use("pass word")
        let push = try world.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        try world.sandbox.dvc("status", "--cloud", in: world.path)
    }

    // MARK: Whom we talk to

    @Test func `unknown and changed host keys are refused, and the message tells how DVC differs`()
        throws
    {
        let world = try SSHWorld()
        let other = try SSHServer()
        let unknown = world.sandbox.path("unknown")
        let changed = world.sandbox.path("changed")
        let key = try String(decoding: readFile(other.knownHosts), as: UTF8.self)
            .split(separator: " ", maxSplits: 1)[1]
        try writeFile(unknown, [])
        try writeFile(changed, Array("[127.0.0.1]:\(world.server.port) \(key)".utf8))
        for (file, words) in [(unknown, "compare the fingerprint"), (changed, "ssh-keygen -R")] {
            try world.useSSH(["-o", "UserKnownHostsFile=\(file)"] + world.server.options)
            let push = try world.repository.gitPush("origin", "main")
            #expect(push.status == 1)
            #expect(push.errorOutput.contains("Host key verification failed"), "\(push)")
            #expect(push.errorOutput.contains("real DVC does not check host keys"), "\(push)")
            #expect(push.errorOutput.contains(words), "\(push)")
            #expect(try world.repository.remoteRefs().isEmpty)
        }
    }

    @Test(arguments: ["ssh://-oProxyCommand=touch%20canary/d", "ssh://-oProxyCommand=canary/d"])
    func `a host that ssh would take for an option never reaches it`(url: String) throws {
        let world = try SSHWorld()
        try world.configure(url: url)
        let push = try world.repository.tryOurs("push")
        #expect(!push.succeeded)
        #expect(push.errorOutput.contains("is no name of a host"), "\(push)")
        #expect(try world.connectionCount == 0)
    }

    @Test func `a ssh that lies in the working copy is not run`() throws {
        let world = try SSHWorld()
        try world.sandbox.git("config", "--global", "--unset", "core.sshCommand", in: world.path)
        try world.sandbox.write(
            Array("#!/bin/sh\ntouch canary\n".utf8), to: world.path.appending("ssh"), mode: 0o755)
        let path = ".::\(world.sandbox.environment["PATH"] ?? "")"
        let push = try world.sandbox.start(
            "git", ["dvc", "push"], in: world.path, environment: ["PATH": path]
        ).wait()
        #expect(!push.succeeded, "the server's key is unknown to the real ssh")
        #expect(!fileExists(world.path.appending("canary")))
    }

    @Test func `one session is all that a server may allow`() throws {
        let world = try SSHWorld(try SSHServer("MaxSessions 1"))
        try world.repository.gitPush("origin", "main").checked()
        try world.sandbox.dvc("status", "--cloud", "--jobs", "1", in: world.path)
    }

    // MARK: The end

    @Test func `kill -9 in the middle of fifty uploads leaves no partial object`() throws {
        let world = try SSHWorld()
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        for round in 0..<50 {
            let content = sampleBytes(2_000_000 + round, seed: UInt64(round + 10))
            _ = try repository.add(content, as: "large.bin")
            let push = try world.sandbox.start(
                "git-dvc", ["push", "large.bin.dvc"], in: world.path)
            // From before the connection to after the last rename, spread evenly.
            usleep(UInt32(20_000 + round * 6000))
            push.send(SIGKILL)
            _ = push.wait()
        }
        for (path, entry) in try FileTree(world.folder).entries where !path.hasSuffix(".tmp") {
            guard let content = entry.content else { continue }
            #expect(
                Array(path.components.suffix(2).joined()) == objectID(of: content).hexDigits,
                "\(path)")
        }
        let push = try world.repository.tryOurs("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
    }
}
