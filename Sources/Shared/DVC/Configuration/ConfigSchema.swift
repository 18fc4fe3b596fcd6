/// Which options each section may have, and what their values may be.
///
/// Source: DVC 3.67.1, `config_schema.py`. Left out, because no text of a file is a value for them
/// and DVC refuses them always: `cache_regions` (s3) and `replication` (hdfs).
enum ConfigSchema {
    typealias Options = [String: ConfigOptionKind]

    /// The sections without a name.
    static let sections: [String: Options] = [
        "core": [
            "remote": .text, "checksum_jobs": .count, "interactive": .boolean,
            "analytics": .boolean, "hardlink_lock": .boolean, "no_scm": .boolean,
            "autostage": .boolean, "experiments": .boolean, "check_update": .boolean,
            "site_cache_dir": .text, "machine": .text,
        ],
        "cache": texts("local", "s3", "gs", "hdfs", "webhdfs", "ssh", "azure", "dir").with(local),
        "state": ["dir": .text, "row_limit": .count, "row_cleanup_quota": .percentage],
        "index": texts("dir"),
        "feature": ["machine": .boolean],
        "plots": ["html_template": .text, "auto_open": .boolean, "out_dir": .text],
        "exp": texts("code", "data", "models", "metrics", "params", "plots", "live", "git_remote")
            .with(["auto_push": .boolean]),
        "parsing": [
            "bool": .oneOf(["store_true", "boolean_optional"]),
            "list": .oneOf(["nargs", "append"]),
        ],
        "hydra": texts("config_dir", "config_module", "config_name", "plugins_path")
            .with(["enabled": .boolean]),
        "studio": texts("token", "url", "repo_url").with(["offline": .boolean]),
    ]

    /// The sections with a name; those of remotes depend on the URL.
    static let namedSections: [String: Options] = [
        "machine": texts(
            "image", "instance_type", "instance_gpu", "ssh_private", "startup_script",
            "setup_script"
        ).with([
            "cloud": .oneOf(["aws", "azure"]), "spot": .boolean, "spot_price": .decimal,
            "region": .oneOf(["us-west", "us-east", "eu-west", "eu-north"]),
            "instance_hdd_size": .integer,
        ]),
        "db": texts("url", "username", "password"),
    ]

    /// The options of a remote, by the scheme of its URL; `""` is a local path.
    static let remotes: [String: Options] = [
        "": local.with(everyRemote),
        "s3": texts(
            "region", "profile", "credentialpath", "configpath", "endpointurl", "access_key_id",
            "secret_access_key", "session_token", "ssl_verify", "sse", "sse_kms_key_id",
            "sse_customer_algorithm", "sse_customer_key", "acl", "grant_read", "grant_read_acp",
            "grant_write_acp", "grant_full_control"
        ).with(everyRemote).with([
            "listobjects": .boolean, "use_ssl": .boolean, "allow_anonymous_login": .boolean,
            "verify": .boolean, "read_timeout": .integer, "connect_timeout": .integer,
        ]),
        "gs": texts("projectname", "credentialpath", "endpointurl").with(everyRemote)
            .with(["verify": .boolean, "allow_anonymous_login": .boolean]),
        "ssh": texts("user", "password", "passphrase", "keyfile").with(everyRemote).with([
            "type": .linkTypes, "port": .integer, "ask_password": .boolean,
            "ask_passphrase": .boolean, "timeout": .integer, "gss_auth": .boolean,
            "allow_agent": .boolean, "max_sessions": .integer, "verify": .boolean,
        ]),
        "hdfs": texts("user", "kerb_ticket").with(everyRemote),
        "webhdfs": texts(
            "kerberos_principal", "proxy_to", "ssl_verify", "token", "user", "password",
            "data_proxy_target"
        ).with(everyRemote)
            .with(["kerberos": .boolean, "use_https": .boolean, "verify": .boolean]),
        "azure": texts(
            "connection_string", "sas_token", "account_name", "account_key", "tenant_id",
            "client_id", "client_secret"
        ).with(everyRemote).with([
            "allow_anonymous_login": .boolean, "exclude_environment_credential": .boolean,
            "exclude_visual_studio_code_credential": .boolean,
            "exclude_shared_token_cache_credential": .boolean,
            "exclude_managed_identity_credential": .boolean, "verify": .boolean,
            "timeout": .integer, "read_timeout": .integer, "connection_timeout": .integer,
        ]),
        "oss": texts("oss_key_id", "oss_key_secret", "oss_endpoint").with(everyRemote)
            .with(["verify": .boolean]),
        "gdrive": texts(
            "profile", "gdrive_client_id", "gdrive_client_secret", "gdrive_user_credentials_file",
            "gdrive_service_account_user_email", "gdrive_service_account_json_file_path"
        ).with(everyRemote).with([
            "gdrive_use_service_account": .boolean, "gdrive_trash_only": .boolean,
            "gdrive_acknowledge_abuse": .boolean, "verify": .boolean,
        ]),
        "http": http, "https": http, "webdav": webDAV, "webdavs": webDAV,
        // Ours alone: real DVC refuses a configuration with such a remote.
        "rclone": everyRemote.with(["verify": .boolean]),
    ]

    /// The options that hold a path, relative to the directory of the file that they stand in.
    ///
    /// Source: dvc-compat 1.4.
    static func isPath(_ option: String, inKind kind: String) -> Bool {
        kind == "remote" ? remotePaths.contains(option) : kind == "cache" && option == "dir"
    }

    /// Options of which a section may have one only.
    ///
    /// Source: DVC 3.67.1, `Exclusive` in `config_schema.py`.
    static let exclusive = (section: "hydra", options: ["config_dir", "config_module"])

    private static let remotePaths: Set<String> = [
        "url", "gdrive_user_credentials_file", "gdrive_service_account_json_file_path",
        "credentialpath", "configpath", "keyfile", "cert_path", "key_path",
    ]

    private static let everyRemote: Options = [
        "url": .text, "checksum_jobs": .count, "jobs": .count, "worktree": .boolean,
        "no_traverse": .boolean, "version_aware": .boolean,
    ]
    private static let local: Options = [
        "type": .linkTypes, "protected": .boolean, "shared": .oneOf(["group"]),
        "slow_link_warning": .boolean, "verify": .boolean,
    ]
    private static let http = texts(
        "custom_auth_header", "user", "password", "ssl_verify", "method"
    ).with(everyRemote).with([
        "auth": .oneOf(["basic", "digest", "custom"]), "ask_password": .boolean,
        "connect_timeout": .duration, "read_timeout": .duration, "verify": .boolean,
    ])
    private static let webDAV = texts(
        "user", "password", "token", "bearer_token_command", "custom_auth_header", "cert_path",
        "key_path", "ssl_verify"
    ).with(everyRemote)
        .with(["ask_password": .boolean, "timeout": .integer, "verify": .boolean])

    private static func texts(_ names: String...) -> Options {
        Options(uniqueKeysWithValues: names.map { ($0, .text) })
    }
}

extension [String: ConfigOptionKind] {
    fileprivate func with(_ others: Self) -> Self { merging(others) { _, other in other } }
}
