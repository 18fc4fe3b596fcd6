internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import YAML

/// Every entry must be found by its name, which the tree says is there.
func readTree(_ bytes: [UInt8]) {
    guard let tree = TreeObject(bytes, oidLength: 20) else { return }
    for index in tree.indices {
        _ = tree.kind(at: index)
        _ = tree.oid(at: index)
        _ = tree.index(of: Array(tree.name(at: index)))
    }
    _ = tree.indices(differingFrom: tree)
}

/// A file that is changed must say what was wanted, and nothing else differently.
func updateMetafile(_ bytes: [UInt8]) {
    guard let before = try? Metafile(bytes).outs else { return }
    let out = RecordedOut(
        path: "data", oid: ObjectID(high: 1, low: 2), size: 3, fileCount: nil, isExecutable: false)
    // An out that the file does not have takes the place of all others.
    guard before.contains(where: { $0.location == .inside("data") }),
        let text = try? MetafileText.updating(bytes, [out])
    else { return }
    guard let after = try? Metafile(text).outs else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(after.count == before.count)
    for (old, new) in zip(before, after) {
        precondition(old.location == new.location && old.remoteName == new.remoteName)
        precondition(old.isPushable == new.isPushable && old.isCached == new.isCached)
    }
}

/// The first stage is taken out; the others must stay.
func removeStage(_ bytes: [UInt8]) {
    guard (try? PipelineLock(bytes)) != nil, let definition = stageNames(bytes),
        let name = definition.first, let text = try? PipelineText.removing(name, from: bytes)
    else { return }
    guard let after = stageNames(text) else {
        preconditionFailure("what was written cannot be read")
    }
    // What a merge key brings in may move, which says nothing.
    precondition(after.sorted() == definition.filter { $0 != name }.sorted())
}

private func stageNames(_ bytes: [UInt8]) -> [String]? {
    guard let root = try? parseYAML(bytes) else { return nil }
    return root.mapping?["stages"]?.mapping?.entries.map(\.key.text)
}

/// The text up to the first NUL is the file, the rest a value for an option of it.
func editConfig(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard var document = try? ConfigDocument(parsing: Array(parts[0]), name: "config") else {
        return
    }
    let section = ConfigSectionName.remote("r")
    let value = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "x"
    let before = document
    guard (try? document.apply(.set(option: "url", value: value, in: section))) != nil else {
        precondition(document.bytes == before.bytes)
        return
    }
    precondition(document.text(of: "url", in: section) == value)
    guard (try? document.apply(.unset(option: "url", in: section))) != nil else { return }
    precondition(!document.has("url", in: section))
}

/// Any text must come back from the YAML that it is written as.
func writeText(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let written = writeYAML(.mapping([YAMLValue.Entry("path", .string(text))]))
    guard let root = try? parseYAML(written), let read = root.mapping?["path"]?.string else {
        return  // ruamel.yaml writes some characters that no parser takes; callers check
    }
    // Blanks at line ends are lost, as by DVC; callers check for that as well.
    if read != text {
        precondition(
            text.unicodeScalars.contains {
                " \n\r\t\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0)
            })
    }
}

/// The text up to the first NUL is the file, the rest a name.
func changeGitIgnore(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count > 1, let name = FilePath(validating: parts[1]), !name.isEmpty else { return }
    let text = Array(parts[0])
    guard let added = GitIgnoreText.adding(name, to: text) else { return }
    precondition(added.starts(with: text))
    // A name that ends a line, or ends in what counts as a line's end, is not found again; as by DVC.
    let endsLines = name.bytes.contains { [0x0a, 0x0d].contains($0) }
    precondition(GitIgnoreText.adding(name, to: added) == nil || endsLines)
    _ = GitIgnoreText.removing(name, from: added)
}
