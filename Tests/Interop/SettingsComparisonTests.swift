import Basics
import TestSupport
import Testing

/// Commands that are given one after the other, to DVC and to ours.
struct SettingsScript: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The files that are there at first, by path in the world.
    var files: [String: String] = [:]
    var directory = "project"
    let lines: [[String]]
    /// Whether DVC's help is what it prints.
    var isUsage = false
}

/// `git dvc remote` and `git dvc config` do what real DVC does: the same files byte by byte, the same
/// words on standard output, the same exit codes.
///
/// dvc-compat 1.2 to 1.5, 4.2, 8.1 to 8.12, 11 (27 to 29, 58).
@Suite struct SettingsComparisonTests {
    @Test(arguments: remoteScripts + configScripts + optionScripts + urlScripts)
    func `does what DVC does`(script: SettingsScript) throws {
        let comparison = try SettingsComparison()
        for (name, text) in script.files { try comparison.write(text, to: name) }
        let expected = try comparison.dvc(script.lines, in: script.directory)
        try #require(expected.count == script.lines.count)
        for (line, theirs) in zip(script.lines, expected) {
            let (ours, result) = try comparison.ours(line, in: script.directory)
            #expect(ours.status == theirs.status, "\(line) \(result)")
            #expect(ours.files == theirs.files, "\(line)")
            if !script.isUsage { #expect(ours.output == theirs.output, "\(line)") }
            if theirs.status != 0, theirs.output.isEmpty || script.isUsage {
                #expect(result.errorOutput.hasPrefix("error: "), "\(line)")
            }
        }
    }
}

private func words(_ lines: String...) -> [[String]] {
    lines.map { $0.split(separator: " ").map(String.init) }
}

private let remoteScripts: [SettingsScript] = [
    SettingsScript(
        testDescription: "add, list, default, remove",
        lines: words(
            "remote list", "remote default", "remote add -d Up ../rem", "remote list",
            "remote default", "remote add -q -d b /x", "remote add b /y", "remote add -f B /y",
            "remote add --local c s3://b/p", "remote list", "remote list --local",
            "remote list -q", "remote list --project", "remote list --global",
            "remote list --system", "remote default", "remote default --local",
            "remote default UP", "remote default -q", "remote default nope",
            "remote default --local c", "remote list", "remote default", "remote default -u",
            "remote default", "remote default --unset --local", "remote default",
            "remote remove nope", "remote remove up", "remote remove c",
            "remote remove --local C", "remote remove b", "remote list")),
    SettingsScript(
        testDescription: "levels outside of the repository",
        lines: words(
            "remote add --global -d g /g", "remote add --system s rel/x", "remote list",
            "remote default", "remote default --global", "remote remove g",
            "remote modify --global g jobs 3", "remote modify g jobs 4", "remote modify g url /h",
            "remote list", "config -l", "config -l --show-origin", "config --global -l",
            "remote default s", "remote remove --global g", "remote remove --system s",
            "remote default", "remote list")),
    SettingsScript(
        testDescription: "a default is given up at the stronger levels too",
        lines: words(
            "remote add -d a /a", "remote default --local a", "remote add b /b",
            "remote rename a z", "remote default", "remote default --local", "config -l",
            "remote remove z", "remote default", "config -l", "remote add --global -d g /g",
            "remote default g", "remote default --local g", "remote rename --global g h",
            "config -l", "remote remove --global h", "config -l")),
    SettingsScript(
        testDescription: "modify",
        lines: words(
            "remote add a s3://b/c", "remote modify a region eu", "remote modify A region us",
            "remote modify a REGION us", "remote modify a endpointurl http://h:1",
            "remote modify a nope x", "remote modify a use_ssl yes",
            "remote modify a use_ssl FALSE", "remote modify a jobs 0", "remote modify a jobs -1",
            "remote modify a jobs x", "remote modify a jobs 7", "remote modify a read_timeout 1.5",
            "remote modify a read_timeout 10", "remote modify --local a profile p",
            "remote modify a credentialpath ../creds", "remote modify a configpath ~/c",
            "remote modify a region", "remote modify nope region x",
            "remote modify --global a region x", "remote modify -u a region",
            "remote modify a region -u", "remote modify -u a never", "remote modify -u a url",
            "remote modify --local -u a profile", "remote modify a url /local",
            "remote modify a -u endpointurl", "config -l", "remote list")),
    SettingsScript(
        testDescription: "force keeps the place and drops the options",
        lines: words(
            "remote add a s3://b/c", "remote modify a region eu", "remote add b /b",
            "remote modify a jobs 3", "remote add -f a gs://bucket", "config -l")),
    SettingsScript(
        testDescription: "rename",
        lines: words(
            "remote add -d a /a", "remote add b /b", "remote rename a c", "remote rename c b",
            "remote rename nope d", "remote rename a d", "remote rename --local b d",
            "remote rename B d", "remote list", "remote add --global g /g",
            "remote rename c g", "remote rename g h", "remote rename --global g c",
            "remote rename --global g h", "remote list")),
    SettingsScript(
        testDescription: "from a subdirectory", directory: "project/sub dir",
        lines: words(
            "remote add a rel", "remote add b ./x/../y", "remote add c ..", "remote add d .",
            "remote add e ../../..", "remote list", "config -l --show-origin",
            "config cache.dir ../c", "config --show-origin cache.dir", "remote add --global f r")),
    SettingsScript(
        testDescription: "outside of a repository", directory: "outside",
        lines: words(
            "remote list", "config -l", "remote default", "remote add a /a", "remote remove a",
            "remote rename a b", "remote modify a url /b", "remote default a",
            "remote default -u", "config core.remote a", "config -u core.remote",
            "remote add --global a rel", "remote list", "config --global core.remote a",
            "config core.remote", "remote default", "config -l --show-origin",
            "config --local -l", "remote add --local a b")),
    SettingsScript(
        testDescription: "bad command lines",
        lines: words(
            "remote", "remote frob", "remote add", "remote add a", "remote add a b c",
            "remote add --local --global a b", "remote list a",
            "remote default a b", "remote modify a", "remote modify", "remote remove",
            "remote rename a", "remote add --frob a b", "remote add a -y", "config a",
            "config remote.a.b.c", "config machine.a.b", "config --local --system -l",
            "config Remote.a.url"),
        isUsage: true),
    SettingsScript(
        testDescription: "broken files", files: ["project/.dvc/config": "[core]\n  junk\n"],
        lines: words(
            "remote list", "remote add a /a", "remote remove a", "config -l", "config core.x",
            "config core.remote a", "config --global core.remote a")),
    SettingsScript(
        testDescription: "files whose settings are wrong",
        files: ["project/.dvc/config": "[core]\n    remote = a\n    jobs = 3\n"],
        lines: words(
            "remote list", "remote default", "remote add a /a", "config -l", "config core.jobs",
            "config core.autostage true", "config -u core.jobs", "remote add a /a")),
    SettingsScript(
        testDescription: "wrong settings of a stronger level",
        files: ["project/.dvc/config.local": "[core]\n    jobs = 3\n"],
        lines: words(
            "remote add a /a", "remote list", "config --local core.autostage true",
            "config --local -u core.jobs", "remote add b /b")),
]

private let configScripts: [SettingsScript] = [
    SettingsScript(
        testDescription: "get and set",
        lines: words(
            "config core.remote", "config --local core.remote", "config --project core.remote",
            "config core.Remote NoSuch", "config CORE.remote", "config core.autostage TRUE",
            "config core.autostage maybe", "config core.checksum_jobs 0",
            "config core.checksum_jobs -1", "config core.checksum_jobs 2", "config core.nope 1",
            "config nope.x 1", "config nope.x", "config x.", "config .x", "config --local .x",
            "config cache.type hardlink,copy", "config cache.type bad",
            "config cache.type copy,bad", "config cache.shared group", "config cache.shared x",
            "config cache.dir ../cache", "config cache.dir", "config --show-origin cache.dir",
            "config --local cache.dir /abs", "config cache.dir", "config --project cache.dir",
            "config --local -u cache.dir", "config -u cache.dir", "config -u cache.dir",
            "config -u nope.x", "config -l", "config -q -l", "config -q core.remote")),
    SettingsScript(
        testDescription: "named sections",
        lines: words(
            "config remote.a.url /a", "config remote.A.URL", "config remote.b.jobs 3",
            "config remote.a.jobs 3", "config --local remote.a.jobs 4", "config remote.a.jobs",
            "config --local remote.a.url", "config --local remote.c.url", "config -u remote.c.url",
            "config db.main.url postgresql://h", "config db.main.username me",
            "config db.main.nope x", "config -l", "config -u --local remote.a.jobs", "config -l",
            "config -u remote.a.jobs", "config -u --local remote.a", "config -u remote.a",
            "config -u db.main.username",
            "config -u db.main.url", "config -l")),
    SettingsScript(
        testDescription: "options that do not go together",
        lines: words(
            "config", "config -l core.remote", "config -l -u", "config --show-origin -u core.x",
            "config --show-origin core.remote x", "config -u", "config hydra.config_dir a",
            "config hydra.config_module b", "config hydra.enabled true")),
    SettingsScript(
        testDescription: "every section",
        lines: words(
            "config parsing.bool store_true", "config parsing.bool x", "config parsing.list APPEND",
            "config plots.auto_open true", "config plots.out_dir x", "config exp.auto_push true",
            "config exp.git_remote origin", "config exp.code x", "config studio.token t",
            "config studio.offline 1", "config state.row_limit 0", "config state.row_limit 5",
            "config state.row_cleanup_quota 101", "config state.row_cleanup_quota 100",
            "config index.dir x", "config core.site_cache_dir x", "config core.no_scm true",
            "config core.hardlink_lock True", "config core.interactive false",
            "config core.check_update false", "config core.analytics false",
            "config core.experiments true", "config core.machine x", "config cache.local x",
            "config cache.verify x", "config cache.slow_link_warning false",
            "config cache.protected true", "config db.a.password p", "config -l")),
    SettingsScript(
        testDescription: "values of all kinds",
        lines: [
            "a,b", "#x", "it's", "say \"x\"", "it's \"x\"", " blank ", "", "a=b", "[x]", "a b",
            "tab\there", "%20", "50%", "back\\slash", "'''", "\"", "'", "a # b", "x'", "'x",
            ",", "a\nb", "a \"b\" 'c' # d, e",
        ].flatMap { value in
            [["config", "core.site_cache_dir", "--", value], ["config", "core.site_cache_dir"]]
        }),
]

/// Every option of every kind of remote, with a value that it takes and with one that it may not.
///
/// Source: DVC 3.67.1, `config_schema.py` (dvc-compat 8.2 to 8.12).
private let optionScripts: [SettingsScript] = {
    let options: [(url: String, names: String)] = [
        ("/local", "type shared slow_link_warning verify protected"),
        (
            "s3://b",
            """
            region profile credentialpath configpath endpointurl access_key_id secret_access_key \
            session_token listobjects use_ssl allow_anonymous_login ssl_verify sse sse_kms_key_id \
            sse_customer_algorithm sse_customer_key acl grant_read grant_read_acp grant_write_acp \
            grant_full_control cache_regions read_timeout connect_timeout verify
            """
        ),
        ("gs://bucket", "projectname credentialpath endpointurl verify allow_anonymous_login"),
        (
            "ssh://h/p",
            """
            type port user password ask_password passphrase ask_passphrase keyfile timeout gss_auth \
            allow_agent max_sessions verify
            """
        ),
        ("hdfs://h/p", "user kerb_ticket replication verify"),
        (
            "webhdfs://h/p",
            """
            kerberos kerberos_principal proxy_to ssl_verify token use_https user password \
            data_proxy_target verify
            """
        ),
        (
            "azure://container/p",
            """
            connection_string sas_token account_name account_key tenant_id client_id client_secret \
            allow_anonymous_login exclude_environment_credential \
            exclude_visual_studio_code_credential exclude_shared_token_cache_credential \
            exclude_managed_identity_credential verify timeout read_timeout connection_timeout
            """
        ),
        ("oss://b/p", "oss_key_id oss_key_secret oss_endpoint verify"),
        (
            "gdrive://root/x",
            """
            profile gdrive_use_service_account gdrive_client_id gdrive_client_secret \
            gdrive_user_credentials_file gdrive_service_account_user_email \
            gdrive_service_account_json_file_path gdrive_trash_only gdrive_acknowledge_abuse verify
            """
        ),
        (
            "https://h/p",
            """
            auth custom_auth_header user password ask_password ssl_verify method connect_timeout \
            read_timeout verify
            """
        ),
        (
            "webdavs://h/p",
            """
            user password ask_password token bearer_token_command custom_auth_header cert_path \
            key_path timeout ssl_verify verify
            """
        ),
        ("remote://other/p", "anything url_of_it"),
    ]
    let everyRemote = "url jobs checksum_jobs worktree version_aware no_traverse"
    return options.map { url, names in
        var lines = [["remote", "add", "r", url]]
        for option in "\(names) \(everyRemote) nope".split(separator: " ").map(String.init) {
            // One of them is right for any kind of option, and all are wrong for some.
            for value in ["x1", "true", "12"] {
                lines.append(["remote", "modify", "r", option, value])
                if option == "url" { lines.append(["remote", "add", "-f", "r", url]) }
            }
        }
        return SettingsScript(testDescription: "options of \(url)", lines: lines)
    }
}()

/// Every form of URL that DVC knows, and some that it does not (dvc-compat 8).
private let urlScripts: [SettingsScript] = [
    SettingsScript(
        testDescription: "forms of URLs",
        lines: [
            "s3://b/p", "ssh://u@h:22/p", "gs://bkt", "azure://con/p", "azure://", "http://h/p",
            "https://h", "webdav://h/p", "webdavs://h/p", "hdfs://h/p", "webhdfs://u@h/p",
            "gdrive://root/x", "oss://b/p", "remote://base/p", "file://h/x", "foo://x",
            "gcs://b/x", "S3://b/x", "s3:/b", "s3://", "/abs", "./rel", "rel", "~", "~/x", "", ".",
            "a b", "sftp://h/x", "git://h/x", "../..//x/", "/abs/../x/", "a,b", "#", "c:\\x",
            "x%20y",
        ].flatMap { url in [["remote", "add", "-f", "r", "--", url], ["remote", "list"]] })
]
