import Basics
import TestSupport
import Testing

/// Every kind of remote: what `git dvc doctor` says of it, and which URLs `git dvc remote add` takes.
@Suite struct RemoteKindTests {
    private let repository: InteropRepository

    init() throws { repository = try InteropRepository() }

    private func doctor(_ url: String, _ lines: String = "") throws -> ProcessResult {
        try repository.setConfig(
            "[core]\n    remote = storage\n['remote \"storage\"']\n    url = \(url)\n\(lines)\n")
        return try repository.sandbox.start(
            "git-dvc", ["doctor"], in: repository.path,
            environment: ["PATH": "\(repository.sandbox.path("bin")):\(path)"]
        ).wait()
    }

    private var path: String { repository.sandbox.environment["PATH"] ?? "" }

    @Test func `the doctor reaches each kind of remote`() throws {
        let rclone = try S3Server.program("rclone")
        try repository.sandbox.write(
            "#!/bin/sh\nexec '\(rclone)' \"$@\"\n", to: "bin/rclone", mode: 0o755)
        let ssh = try SSHServer.shared()
        let options = ssh.options.map { "'\($0)'" }.joined(separator: " ")
        try repository.sandbox.git(
            "config", "--global", "core.sshCommand", "ssh \(options)", in: repository.path)
        let (web, dav, hdfs) = (
            try WebServer(.nginx), try WebServer(.rclone), try HDFSServer()
        )
        hdfs.start()
        for url in [
            "ssh://127.0.0.1:\(ssh.port)\(ssh.newFolder())", "http://127.0.0.1:\(web.port)/x",
            "webdav://127.0.0.1:\(dav.port)/x", "webhdfs://127.0.0.1:\(hdfs.port)/x",
            "rclone://:local:\(repository.sandbox.path("far"))",
        ] {
            let result = try doctor(url)
            #expect(result.output.contains("'\(url)' was reached"), "\(url): \(result)")
        }
    }

    @Test func `the doctor says why a remote is not reached`() throws {
        let port = try LoopbackSocket.freePort()
        try repository.sandbox.git(
            "config", "--global", "core.sshCommand", "ssh -F none", in: repository.path)
        for (url, words) in [
            ("ssh://127.0.0.1:\(port)/x", "Connection refused"),
            ("http://127.0.0.1:\(port)/x", "cannot connect to '127.0.0.1:\(port)'"),
            ("webdav://127.0.0.1:\(port)/x", "cannot connect to '127.0.0.1:\(port)'"),
            ("webhdfs://127.0.0.1:\(port)/x", "cannot connect to '127.0.0.1:\(port)'"),
            ("rclone://nothing:x", "rclone"), ("oss://bucket/x", "'oss_endpoint' is not set"),
            ("gdrive://root/x", "nobody is logged in"), ("hdfs://h/x", "rclone"),
        ] {
            let result = try doctor(url)
            #expect(result.status == 1, "\(url): \(result)")
            #expect(result.output.contains(words), "\(url): \(result)")
        }
    }

    @Test(
        arguments: [
            "ssh://-oProxyCommand=x/d", "ssh://h:port/d", "ssh://-l@h/d", "http://h:port/d",
            "https://h/d?x=1", "webdav://:80/d", "webdavs://h:99999999/d", "webhdfs://h:x/d",
            "http://-h/d", "webdav://u@-h/d", "webhdfs://-h/d", "gs://b%/d", "gs://ab/d",
            "azure://Up/d", "azure://c%0a/d", "s3://-b/d", "hdfs://-h/d", "oss://-b/d",
            "rclone://no-colon", "rclone://-x:y", "rclone://:sftp,ssh=x:y", "foo://h/d",
            "file:///d",
        ])
    func `a URL that no remote can have is refused`(url: String) throws {
        let before = try readFile(repository.path.appending(".dvc/config"))
        let result = try repository.tryOurs("remote", "add", "other", url)
        #expect(result.status == 251, "\(result)")
        #expect(result.errorOutput.hasPrefix("error: "), "\(result)")
        #expect(try readFile(repository.path.appending(".dvc/config")) == before)
    }

    @Test(
        arguments: [
            "ssh://u@h:22/d", "http://h:80/d", "webdavs://[::1]:443/d", "webhdfs://u@h/d",
            "hdfs://h:8020/d", "oss://b/d", "gdrive://root/d", "s3://b/d",
            "gs://bucket/d", "gs://my.example.org/d", "azure://container/d", "azure://$web/d",
            "remote://storage/d", "/d", "rel ative",
        ])
    func `every other form is taken`(url: String) throws {
        let result = try repository.tryOurs("remote", "add", "other", url)
        #expect(result.succeeded && result.errorOutput.isEmpty, "\(result)")
    }

    @Test func `rclone's URLs come with a word about real DVC`() throws {
        let result = try repository.tryOurs("remote", "add", "--local", "other", "rclone://a:b")
        #expect(result.succeeded, "\(result)")
        #expect(result.errorOutput.hasPrefix("warning: real DVC knows no 'rclone://'"), "\(result)")
    }
}
