import Basics
import Digests
import Git
import TestSupport
import Testing

@testable import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Files as DVC 3.67 left them while `dvc queue start` worked, and what else could be there.
@Suite struct ExperimentRunsTests {
    let directory: TemporaryDirectory
    let start = String(repeating: "a", count: 40)
    let baseline = String(repeating: "b", count: 40)

    init() throws { directory = try TemporaryDirectory() }

    private var folder: FilePath { directory.path.appending(".dvc/tmp/exps") }
    private var runs: ExperimentRuns { ExperimentRuns(below: directory.path) }

    private func write(_ text: String, _ name: String) throws {
        let path = folder.appending(name)
        try createDirectories(path.parent)
        try writeFile(path, Array(text.utf8))
    }

    private func message(
        start: String? = nil, task: String = "dvc.repo.experiments.queue.tasks.run_exp",
        key: String = "celery", id: String = "c827f292-a01e-4655-a464-815eb79ed9ba"
    ) -> String {
        let body = """
            [[{"dvc_root": "/q", "scm_root": "/q", "stash_ref": "refs/exps/celery/stash", "stash_rev": \
            "\(start ?? self.start)", "baseline_rev": "\(baseline)", "branch": null, "name": "q3", \
            "head_rev": "\(baseline)"}], {"copy_paths": [], "message": null}, {"callbacks": null, \
            "errbacks": null, "chain": null, "chord": null}]
            """
        return """
            {"body": "\(base64(Array(body.utf8)))", "content-encoding": "utf-8", "content-type": \
            "application/json", "headers": {"lang": "py", "task": "\(task)", "id": "\(id)", "shadow": null, \
            "retries": 0, "timelimit": [null, null]}, "properties": {"correlation_id": "\(id)", \
            "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "\(key)"}, "priority": 0, \
            "body_encoding": "base64", "delivery_tag": "4aa0cd41-931c-465e-9ba0-6dc9fcf88bc9"}}
            """
    }

    private func info(directory: FilePath, result: String = "null", status: Int = 1) -> String {
        """
        {"git_url": "file://\(directory)", "baseline_rev": "\(baseline)", "location": "dvc-task", \
        "root_dir": "\(directory)", "dvc_dir": ".dvc", "name": "q3", "wdir": ".", "result_hash": \(result), \
        "result_ref": null, "result_force": false, "status": \(status)}
        """
    }

    @Test func `nothing is there, or nothing of the kind`() throws {
        #expect(runs.commits.isEmpty && runs.running.isEmpty)
        try write("", "celery")
        #expect(runs.commits.isEmpty && runs.running.isEmpty)
    }

    @Test func `an experiment waits, runs and fails`() throws {
        try write(message(), "celery/broker/in/1_x.celery.msg")
        #expect(runs.waiting.map(\.name) == ["q3"])
        #expect(runs.waiting.first?.start?.hex == start)
        #expect(runs.waiting.first?.baseline.hex == baseline)
        try removeFile(folder.appending("celery/broker/in/1_x.celery.msg"))
        try write(message(), "celery/broker/processed/1_x.celery.msg")
        let place = folder.appending("tmpabc")
        try createDirectories(place.appending(".git"))
        try write(info(directory: place), "run/\(start)/\(start).run")
        #expect(runs.waiting.isEmpty && runs.failed.isEmpty)
        #expect(runs.running.map(\.name) == ["q3"])
        try write(
            #"{"status": "SUCCESS", "result": null, "task_id": "c8"}"#,
            "celery/result/celery-task-meta-c827f292-a01e-4655-a464-815eb79ed9ba")
        #expect(runs.running.isEmpty)
        #expect(runs.failed.map(\.name) == ["q3"])
        try write(info(directory: place, result: "\"1\"", status: 6), "run/\(start)/\(start).run")
        #expect(runs.failed.isEmpty)
    }

    @Test func `what is no such message is passed over`() throws {
        let whole = message()
        for (index, text) in [
            "", "{", "null", "[]", String(whole.dropLast(9)),
            message(task: "dvc_task.proc.tasks.run"),
            message(key: "pidbox"), message(id: "../../../../x"), message(start: "no oid"),
            whole.replacing("\"body\": \"W", with: "\"body\": \"?"), "\u{0}\u{1}",
        ].enumerated() {
            try write(text, "celery/broker/in/\(index).celery.msg")
        }
        #expect(runs.commits.isEmpty)
        try write(whole, "celery/broker/in/a.celery.msg")
        #expect(runs.commits.map(\.hex) == [start])
    }

    /// A repository may track such files, to have us read what is elsewhere.
    @Test func `a run is looked at below its folder only`() throws {
        try write(message(), "celery/broker/processed/1_x.celery.msg")
        let outside = directory.path.appending("outside")
        for place in [
            outside, folder.appending("../../../outside"), folder.appending("bare"), "relative",
            folder, folder.appending("link"),
        ] {
            if place.isAbsolute, !["bare", "link"].contains(place.lastComponent) {
                try createDirectories(place.normalized.appending(".git"))
            }
            try write("", "bare/HEAD")
            let link = folder.appending("link")
            _ = link.withCString { link in outside.withCString { symlink($0, link) } }
            try write(info(directory: place), "run/\(start)/\(start).run")
            #expect(runs.running.isEmpty, "\(place)")
        }
    }
}
