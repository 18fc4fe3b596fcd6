internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension [ExperimentState] {
    /// With the fields of DVC, as Python writes them.
    ///
    /// Source: `ExpState` in DVC 3.67 `repo/experiments/serialize.py`.
    package var json: String { "[" + map(\.json).joined(separator: ", ") + "]" }
}

extension ExperimentState {
    fileprivate var json: String {
        var data = "null"
        var failure = "null"
        switch self.data {
        case .success(let found): data = json(of: found)
        case .failure(let error): failure = error.json
        }
        if hasFailed {
            failure = object([("msg", quotedJSON("Experiment run failed")), ("type", "\"\"")])
        }
        let ranges = experiments.map(\.json).joined(separator: ", ")
        return object([
            ("rev", quotedJSON(revision)), ("name", name.map(quotedJSON) ?? "null"),
            ("data", data), ("error", failure),
            ("experiments", experiments.isEmpty ? "null" : "[\(ranges)]"),
        ])
    }

    private func json(of data: RevisionData) -> String {
        let time = time.map { quotedJSON(written(time: $0, isISO: true)) }
        // A working copy was never committed; its row may have the id of what it began with.
        return object([
            ("rev", quotedJSON(time == nil ? "workspace" : revision)),
            ("timestamp", time ?? "null"), ("params", object(data.parameters.map(\.field))),
            ("metrics", object(data.metrics.map(\.field))),
            ("deps", object(data.dependencies.map { ($0.path.string, object($0.fields)) })),
            ("outs", object(data.outputs.map { ($0.content.path.string, $0.json) })),
            ("meta", "{}"),
        ])
    }
}

extension ExperimentState.Range {
    fileprivate var json: String {
        let states = revisions.map(\.json).joined(separator: ", ")
        return object([
            ("revs", "[\(states)]"), ("executor", executor?.json ?? "null"),
            ("name", name.map(quotedJSON) ?? "null"),
        ])
    }
}

extension ExperimentState.Executor {
    /// Source: `ExpExecutor` in DVC 3.67 `repo/experiments/serialize.py`.
    fileprivate var json: String {
        object([
            ("state", quotedJSON(state.rawValue)), ("name", name.map(quotedJSON) ?? "null"),
            ("local", local?.json ?? "null"),
        ])
    }
}

extension ExperimentState.Executor.Local {
    fileprivate var json: String {
        object([
            ("root", root.map(quotedJSON) ?? "null"), ("log", log.map(quotedJSON) ?? "null"),
            ("pid", pid.map(String.init) ?? "null"),
            ("returncode", code.map(String.init) ?? "null"),
            ("task_id", task.map { quotedJSON($0.hex) } ?? "null"),
        ])
    }
}

extension RevisionData.File {
    fileprivate var field: (String, String) {
        switch values {
        case .success(let values): (path.string, object([("data", values.json)]))
        case .failure(let failure): (path.string, object([("error", failure.pythonError)]))
        }
    }
}

extension RevisionData.Failure {
    fileprivate var json: String {
        object([("msg", quotedJSON(message)), ("type", quotedJSON(type))])
    }

    /// What DVC puts in the place of a file's values: the other way round.
    fileprivate var pythonError: String {
        object([("type", quotedJSON(type)), ("msg", quotedJSON(message))])
    }
}

extension RevisionData.Dependency {
    fileprivate var fields: [(String, String)] {
        [
            ("hash", hash.map { quotedJSON($0.description) } ?? "null"),
            ("size", size.map(String.init) ?? "null"),
            ("nfiles", fileCount.map(String.init) ?? "null"),
        ]
    }
}

extension RevisionData.Output {
    fileprivate var json: String {
        object(
            content.fields + [
                ("use_cache", String(isCached)), ("is_data_source", String(isSource)),
            ])
    }
}

/// A map with its values written already; of a key that occurs twice the last value, at the place of
/// the first, as in Python.
private func object(_ fields: [(key: String, value: String)]) -> String {
    var order: [String] = []
    var values: [String: String] = [:]
    for field in fields where values.updateValue(field.value, forKey: field.key) == nil {
        order.append(field.key)
    }
    return "{" + order.map { "\(quotedJSON($0)): \(values[$0] ?? "null")" }.joined(separator: ", ")
        + "}"
}

/// A time as DVC's tables have it, in the time zone of the machine.
///
/// `time`: in seconds since 1970. Source: `format_time` in DVC 3.67 `repo/experiments/show.py`.
func written(time: Int64, isISO: Bool) -> String {
    var seconds = time_t(time)
    var moment = tm()
    localtime_r(&seconds, &moment)
    if isISO { return moment.formatted("%Y-%m-%dT%H:%M:%S") }
    var now = currentTime()
    var today = tm()
    localtime_r(&now, &today)
    let isToday = moment.tm_year == today.tm_year && moment.tm_yday == today.tm_yday
    return moment.formatted(isToday ? "%I:%M %p" : "%b %d, %Y")
}

extension tm {
    fileprivate func formatted(_ format: String) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        var moment = self
        let count = strftime(&buffer, buffer.count, format, &moment)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

private func currentTime() -> time_t { time(nil) }
