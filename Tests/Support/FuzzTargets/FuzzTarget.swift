internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import HTTPClient
internal import XML
internal import YAML

/// A parser of text that comes from strangers, to be fed with anything.
///
/// It must come back in time, with a value or with an error of its own, and what it says must agree
/// with itself. Used by the fuzzer, and by the tests that replay its corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case yaml, metafile, pipeline, lock, config, listing, dvcignore
    case jsonParameters = "parameters-json"
    case tomlParameters = "parameters-toml"
    case pythonParameters = "parameters-python"
    case refUpdates = "ref-updates"
    case xml
    case httpHeaders = "http-headers"
    case tree
    case metafileUpdate = "metafile-update"
    case stageRemoval = "stage-removal"
    case configEdit = "config-edit"
    case yamlText = "yaml-text"
    case gitIgnore = "gitignore"
    case runCacheEntry = "run-cache-entry"
    case s3Answers = "s3-answers"
    case awsConfig = "aws-config"
    case credentialAnswers = "credential-answers"
    case gcsAnswers = "gcs-answers"
    case tokenAnswers = "token-answers"
    case azureAnswers = "azure-answers"
    case sftp
    case sshAddress = "ssh-address"

    /// Runs the parser; a broken promise traps.
    package func run(_ bytes: [UInt8]) {
        switch self {
        case .yaml: _ = try? parseYAML(bytes)
        case .metafile: parseMetafile(bytes)
        case .pipeline: parsePipeline(bytes)
        case .lock: checkLine { () throws(MetafileError) in _ = try PipelineLock(bytes) }
        case .config: parseConfig(bytes)
        case .listing: parseListing(bytes)
        case .dvcignore: matchIgnoreRules(bytes)
        case .jsonParameters: parseParameters(bytes, in: "p.json")
        case .tomlParameters: parseParameters(bytes, in: "p.toml")
        case .pythonParameters: parseParameters(bytes, in: "p.py")
        case .refUpdates: _ = try? RefUpdate.parse(bytes)
        case .xml: parseXML(bytes)
        case .httpHeaders: parseHeaders(bytes)
        case .tree: readTree(bytes)
        case .metafileUpdate: updateMetafile(bytes)
        case .stageRemoval: removeStage(bytes)
        case .configEdit: editConfig(bytes)
        case .yamlText: writeText(bytes)
        case .gitIgnore: changeGitIgnore(bytes)
        case .runCacheEntry: _ = try? RunCacheEntry(parsing: bytes)
        case .s3Answers: readAnswers(bytes)
        case .awsConfig: readSettings(bytes)
        case .credentialAnswers: readCredentials(bytes)
        case .gcsAnswers: readGoogleAnswers(bytes)
        case .tokenAnswers: readTokens(bytes)
        case .azureAnswers: readAzureAnswers(bytes)
        case .sftp: readSFTP(bytes)
        case .sshAddress: readSSHAddress(bytes)
        }
    }
}

/// What was opened is closed, in that order, or there is an error.
private func parseXML(_ bytes: [UInt8]) {
    var open: [String] = []
    do throws(XMLError) {
        try readXML(bytes) { event in
            switch event {
            case .start(let name): open.append(name)
            case .end(let name, _): precondition(open.popLast() == name)
            }
        }
        precondition(open.isEmpty)
    } catch {
        precondition(!error.summary.isEmpty)
    }
}

/// A pause that a server asks for is none into the past.
private func parseHeaders(_ bytes: [UInt8]) {
    let response = HTTPResponse(status: 503, headers: ResponseHeaders(bytes))
    let pause = response.retryAfter(now: 1_790_000_000)
    precondition(pause.map { $0 >= .zero } ?? true)
    _ = hostAndPort(ofURL: response["location"] ?? "")
}

/// Errors must have something to say.
private func checkLine(_ body: () throws(MetafileError) -> Void) {
    do throws(MetafileError) {
        try body()
    } catch {
        precondition(!error.summary.isEmpty)
    }
}

private func parseMetafile(_ bytes: [UInt8]) {
    checkLine { () throws(MetafileError) in
        for out in try Metafile(bytes).outs {
            // An id is one that a store can have, and a place is one that can be checked.
            if let oid = out.oid { precondition(oid.storagePath.bytes.count >= 33) }
            if case .inside(let path) = out.location { precondition(!path.isAbsolute) }
        }
    }
}

/// The text up to the first NUL is `dvc.yaml`, then its lock, then whatever file is asked for.
private func parsePipeline(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    let parameters = parts.count > 2 ? Array(parts[2]) : nil
    checkLine { () throws(MetafileError) in
        let definition = try PipelineDefinition(Array(parts[0])) { _ in parameters }
        let lock = parts.count > 1 ? try PipelineLock(Array(parts[1])) : nil
        _ = Pipeline(definition, lock: lock).outs
    }
}

/// A file of parameters, taken in whole and by a name.
private func parseParameters(_ bytes: [UInt8], in name: String) {
    let yaml = "vars: [\(name)]\nstages: {s: {foreach: '${a}', do: {cmd: x, outs: ['${item}']}}}\n"
    checkLine { () throws(MetafileError) in
        let definition = try PipelineDefinition(Array(yaml.utf8)) { path in
            path == FilePath(name) ? bytes : nil
        }
        _ = Pipeline(definition).outs
    }
}

private func parseConfig(_ bytes: [UInt8]) {
    let source = ConfigSource(level: .repo, bytes: bytes, directory: "/r/.dvc", name: "config")
    do throws(ConfigError) {
        let config = try DVCConfig([source], home: "/home/u")
        for name in config.remoteNames {
            // A broken remote is one of the errors that are expected.
            guard let remote = try? config.remote(named: name) else { continue }
            precondition(!remote.canonicalURL.isEmpty)
        }
    } catch {
        precondition(!error.summary.isEmpty)
    }
}

/// What is read must come back when it is written, in DVC's order.
private func parseListing(_ bytes: [UInt8]) {
    guard let listing = try? DirectoryListing(reading: bytes) else { return }
    guard let again = try? DirectoryListing(reading: listing.encoded()) else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(again == listing)
    for index in listing.indices {
        precondition(listing.index(of: listing.path(at: index)) != nil)
    }
}

/// The text up to the first NUL is the file, the rest are paths.
private func matchIgnoreRules(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
    var rules = IgnoreRules()
    rules.add(Array(parts[0]), in: "")
    rules.add(Array(parts[0]), in: "a/b")
    for part in parts.dropFirst() {
        guard let path = FilePath(validating: part) else { continue }
        let first = rules.ignores(path, isDirectory: false)
        precondition(first == rules.ignores(path, isDirectory: false))
        _ = rules.ignores(path, isDirectory: true)
    }
}
