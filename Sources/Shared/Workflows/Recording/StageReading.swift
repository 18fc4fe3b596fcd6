internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Workspace

/// Reads what a stage of a `dvc.yaml` depends on and makes, without taking anything into the cache.
struct StageReading {
    /// Something that a stage reads or makes.
    struct Item {
        /// As it stands in the `dvc.yaml`.
        let written: String
        /// As the user would write it.
        let shown: String
        let recorded: ObjectID?
        /// `nil` when nothing is there.
        let content: WorkspaceContent?

        var isChanged: Bool { content == nil || content?.oid != recorded }

        var record: RecordedOut? {
            content.map { content in
                RecordedOut(
                    path: written, oid: content.oid, size: content.size,
                    fileCount: content.fileCount, isExecutable: content.isExecutable)
            }
        }
    }

    struct Parameters {
        let shown: String
        let isChanged: Bool
        /// `nil` when there is no such file.
        let values: ParameterValues?
    }

    let recording: RecordingSession
    /// As DVC calls it: `train`, or `sub/dvc.yaml:train`.
    let name: String
    let stage: Stage
    /// Relative to the DVC root.
    let directory: FilePath

    init(_ recording: RecordingSession, _ collected: CollectedStage, _ stage: Stage) {
        self.recording = recording
        self.stage = stage
        directory = collected.metafile.parent.relative(to: recording.root) ?? ""
        let file = recording.shown(collected.metafile)
        let own = collected.name ?? ""
        name = file == "dvc.yaml" ? own : "\(file):\(own)"
    }

    private func place(of location: OutLocation) -> StagePlace {
        StagePlace(location, in: directory, root: recording.reader.root)
    }

    /// Throws for what only real DVC can record: what is no file of this machine, or is kept in
    /// versions by a remote.
    func checkSupport() throws(RecordingTargetError) {
        let areOutsInside = stage.outs.allSatisfy {
            !$0.isCloudVersioned && place(of: $0.location).isInside
        }
        let areInputsHere = stage.state.inputs.allSatisfy { input in
            switch input {
            case .content(let location, _): place(of: location).isHere
            case .parameters(let parameters): place(of: parameters.file).isHere
            case .repository, .other: false
            }
        }
        guard areOutsInside, areInputsHere else {
            throw RecordingTargetError(target: name, reason: .stage(stage.name ?? ""))
        }
    }

    // MARK: Reading

    /// The dependencies that are files or directories.
    func inputs() async throws -> [Item] {
        var items: [Item] = []
        for (input, written) in zip(stage.state.inputs, stage.inputPaths) {
            guard case .content(let location, let recorded) = input else { continue }
            items.append(try await item(written, at: place(of: location), recorded))
        }
        return items
    }

    func outs() async throws -> [Item] {
        var items: [Item] = []
        for (out, written) in zip(stage.outs, stage.outPaths) {
            items.append(try await item(written, at: place(of: out.location), out.content))
        }
        return items
    }

    /// The path of an out, relative to the top of the repository.
    func path(of out: Out) -> FilePath {
        guard case .inside(let path) = place(of: out.location) else { return "" }
        return recording.root.appending(path)
    }

    private func item(
        _ written: String, at place: StagePlace, _ recorded: RecordedContent
    ) async throws -> Item {
        let oid = recorded.oid(isInside: place.isInside)
        let content: WorkspaceContent?
        switch place {
        case .inside(let path):
            content = try await recording.content(
                of: recording.root.appending(path), recorded: oid, into: .none)
        case .outside(let path, _):
            content = try await recording.reader(at: path.parent).content(
                of: path.lastComponent, scheme: .md5, ignoring: IgnoreRules())
        case .elsewhere: content = nil
        }
        return Item(written: written, shown: shown(place), recorded: oid, content: content)
    }

    func parameters() throws -> [Parameters] {
        let inputs = stage.state.inputs.compactMap { input in
            if case .parameters(let parameters) = input { parameters } else { nil }
        }
        return try zip(inputs, stage.parameterPaths).map { try read($0, written: $1) }
    }

    private func read(
        _ parameters: ParameterDependency, written: String
    ) throws -> Parameters {
        let place = place(of: parameters.file)
        let path = place.path(below: recording.reader.root)
        let shown = shown(place)
        guard let path, try fileStatus(path, followingLinks: true) != nil else {
            return Parameters(shown: shown, isChanged: true, values: nil)
        }
        guard !directoryExists(path) else {
            throw UncheckableError(name: shown, reason: .directoryOfParameters)
        }
        let bytes = try readFile(path)
        do throws(ParameterFileError) {
            let changes = try parameters.changes(in: bytes, named: path.lastComponent)
            let values = try parameters.values(
                in: bytes, named: path.lastComponent, as: written)
            return Parameters(
                shown: shown, isChanged: parameters.isNew || !changes.isEmpty, values: values)
        } catch {
            throw UncheckableError(name: shown, reason: .parameters(error))
        }
    }

    private func shown(_ place: StagePlace) -> String {
        guard case .inside(let path) = place else { return place.name }
        return recording.shown(recording.root.appending(path)).string
    }
}

extension StagePlace {
    fileprivate var isHere: Bool {
        if case .elsewhere = self { false } else { true }
    }

    /// Absolute; `nil` for what is not on this machine.
    fileprivate func path(below root: FilePath) -> FilePath? {
        switch self {
        case .inside(let path): root.appending(path)
        case .outside(let path, _): path
        case .elsewhere: nil
        }
    }
}
