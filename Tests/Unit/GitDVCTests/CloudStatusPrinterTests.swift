import Basics
import Testing
import Workflows

@testable import git_dvc

@Suite struct CloudStatusPrinterTests {
    private func report(_ entries: (CloudStatusReport.State, FilePath)...) -> CloudStatusReport {
        var report = CloudStatusReport()
        report.entries = entries.map { CloudStatusReport.Entry(state: $0.0, name: $0.1) }
        return report
    }

    @Test func `states stand in a column of twenty, as in DVC`() {
        let report = report((.deleted, "a"), (.new, "d/b b"), (.missing, "../c"))
        let lines = "deleted:            a\nnew:                d/b b\nmissing:            ../c\n"
        #expect(CloudStatusPrinter(report, isIndented: false).text == lines)
        let indented = lines.split(separator: "\n").map { "\t\($0)\n" }.joined()
        #expect(CloudStatusPrinter(report, isIndented: true).text == indented)
    }

    @Test func `a name cannot draw on the terminal`() {
        let text = CloudStatusPrinter(report((.new, "a\u{1b}[2J\nb")), isIndented: true).text
        #expect(!text.contains("\u{1b}"))
        #expect(text.filter { $0 == "\n" }.count == 1)
    }

    @Test func `JSON gives every name its state`() throws {
        let report = report((.deleted, "z/\u{e9}"), (.new, "a\"b"))
        let json = try CloudStatusPrinter(report, isIndented: true).json()
        #expect(json == "{\"a\\\"b\":\"new\",\"z/\u{e9}\":\"deleted\"}")
        #expect(try CloudStatusPrinter(self.report(), isIndented: true).json() == "{}")
    }

    @Test func `nothing to report is said in DVC's words, but not after an error`() {
        var report = CloudStatusReport()
        report.remote = "storage"
        func text() -> String { CloudStatusPrinter(report, isIndented: true).text }
        #expect(text() == "Cache and remote 'storage' are in sync.\n")
        report.tracksNothing = true
        #expect(text().hasPrefix("There are no data or pipelines tracked in this project yet.\n"))
        report.errors = [UsageError(summary: "x", advice: nil)]
        #expect(text() == "")
    }
}
