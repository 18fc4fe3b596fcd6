internal import Basics
internal import DVC
internal import LocalBackend
internal import Planning
internal import Storage
internal import Workspace

/// Records what stages of `dvc.yaml` files read and make; DVC's lock is held.
///
/// Source: `repo/commit.py`, `Stage.save` in DVC 3.67; observed.
struct StageRecorder {
    private let recording: RecordingSession
    private let git: GitView?
    private let options: CommitOptions
    private var outs: OutRecorder
    private var newLocks: [FilePath] = []
    private var changedLocks: [FilePath] = []

    init(_ recording: RecordingSession, _ git: GitView?, _ options: CommitOptions) {
        self.recording = recording
        self.git = git
        self.options = options
        var adding = AddOptions()
        adding.relinks = options.relinks
        outs = OutRecorder(recording, git, adding)
    }

    var report: RecordReport {
        var report = outs.report
        report.newLocks = newLocks
        report.changedLocks = changedLocks
        return report
    }

    /// Records the stages; a `dvc.lock` is written when all of its stages that follow each other are.
    mutating func record(_ stages: [SelectedStage]) async throws {
        var rest = stages[...]
        while let metafile = rest.first?.stage.metafile {
            let group = rest.prefix { $0.stage.metafile == metafile }
            rest = rest.dropFirst(group.count)
            var records: [StageRecord] = []
            for one in group { records += [try await record(one)].compactMap(\.self) }
            try write(records, to: metafile.parent.appending("dvc.lock"))
        }
    }

    private mutating func record(_ selected: SelectedStage) async throws -> StageRecord? {
        guard let stage = selected.stage.stage else { return nil }
        let reading = StageReading(recording, selected.stage, stage)
        try reading.checkSupport()
        let inputs = try await reading.inputs()
        let parameters = try reading.parameters()
        let found = try await reading.outs()
        let changedInputs =
            inputs.filter(\.isChanged).map(\.shown)
            + parameters.filter(\.isChanged).map(\.shown)
        let changedOuts = found.filter(\.isChanged).map(\.shown)
        let isChanged =
            !changedInputs.isEmpty || !changedOuts.isEmpty || stage.state.isCommandChanged
        if isChanged, !options.isForced {
            let question = Self.question(reading.name, changedInputs, changedOuts)
            guard options.confirm?(question) == true else {
                throw RecordingTargetError(target: reading.name, reason: .changedStage)
            }
        }
        let missing =
            inputs.first { $0.content == nil }?.shown
            ?? parameters.first { $0.values == nil }?.shown
        if let missing { throw RecordingTargetError(target: missing, reason: .missingInput) }
        let isSaved = isChanged || options.isForced
        if isSaved { try hideOuts(of: reading, found) }
        var record = StageRecord(
            stage, inputs: inputs.compactMap(\.record), parameters: parameters.compactMap(\.values),
            outs: found.compactMap(\.record))
        record?.isUnchanged = !isSaved
        if isSaved, let record { try await remember(record, of: reading, found) }
        try await takeIn(found, of: reading, part: selected.part)
        return record
    }

    private static func question(_ name: String, _ inputs: [String], _ outs: [String]) -> String {
        func list(_ names: [String]) -> String {
            "[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]"
        }
        let parts = [("dependencies", inputs), ("outputs", outs)].filter { !$0.1.isEmpty }
        let what =
            parts.isEmpty
            ? "'cmd' of stage: '\(name)' has changed."
            : parts.map { "\($0.0) \(list($0.1))" }.joined(separator: " and ")
                + " of stage: '\(name)' changed."
        return what + " Are you sure you want to commit it?"
    }

    // MARK: Outs

    /// Keeps Git from seeing the outs, one after the other until one is missing, as DVC does.
    private mutating func hideOuts(
        of reading: StageReading, _ found: [StageReading.Item]
    ) throws {
        for (out, item) in zip(reading.stage.outs, found) {
            guard item.content != nil else {
                throw RecordingTargetError(target: item.shown, reason: .missing)
            }
            guard out.isCached else { continue }
            let path = reading.path(of: out)
            if let git, git.tracks(path) {
                throw AddError(path: recording.shown(path), reason: .trackedByGit)
            }
            try outs.hide(path)
        }
    }

    /// Puts the run into the run-cache, for which outs outside of the cache are needed there as well.
    private mutating func remember(
        _ record: StageRecord, of reading: StageReading, _ found: [StageReading.Item]
    ) async throws {
        guard let (bytes, names) = record.runCacheEntry,
            let name = RunCacheName(key: names.key, value: names.value),
            let runs = recording.cache.runCache
        else { return }
        for (out, item) in zip(reading.stage.outs, found) where !out.isCached {
            _ = try await recording.content(
                of: reading.path(of: out), recorded: item.recorded, into: .copy(recording.cache))
        }
        if fileExists(recording.cache.root.appending(name.path)) { return }
        try await runs.put(bytes, as: name)
    }

    /// Takes outs into the cache: all, or those that `part` is or lies in, or that lie in it.
    private mutating func takeIn(
        _ found: [StageReading.Item], of reading: StageReading, part: FilePath?
    ) async throws {
        for (out, item) in zip(reading.stage.outs, found) where out.isCached {
            let path = reading.path(of: out)
            if let part, part.relative(to: path) == nil, path.relative(to: part) == nil { continue }
            let content = try await outs.read(path, recorded: item.recorded, isCached: true)
            guard content.oid == item.content?.oid else {
                throw UnaddableError(path: path, reason: .changed)
            }
            try await outs.relink(content, at: path)
        }
    }

    // MARK: The lock file

    private mutating func write(_ records: [StageRecord], to lock: FilePath) throws {
        if records.isEmpty { return }
        let old = try readFileIfPresent(recording.top.appending(lock), limit: 64 << 20)
        let new: PipelineLockText
        do throws(MetafileError) {
            new = try PipelineLockText(updating: old, with: records)
        } catch {
            throw error.located(in: lock)
        }
        if new.bytes != old { try recording.workspace.write(new.bytes, to: lock) }
        if new.isNew { newLocks.append(recording.shown(lock)) }
        if new.isModified { changedLocks.append(recording.shown(lock)) }
    }
}
