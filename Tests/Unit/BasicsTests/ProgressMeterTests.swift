import TestSupport
import Testing

@testable import Basics

@Suite struct ProgressMeterTests {
    private func line(
        _ objects: Int, of total: Int, bytes: Int64 = 0, rate: Int64 = 0,
        _ phase: ProgressLine.Phase = .underWay
    ) -> ProgressLine {
        ProgressLine(
            title: "Uploading DVC objects", objects: objects, totalObjects: total, bytes: bytes,
            bytesPerSecond: rate, phase: phase)
    }

    @Test func `the line looks like git's`() {
        #expect(line(0, of: 812).text == "Uploading DVC objects:   0% (0/812)")
        #expect(
            line(406, of: 812, bytes: 3174, rate: 1025).text
                == "Uploading DVC objects:  50% (406/812), 3.10 KiB | 1.00 KiB/s")
        #expect(
            line(812, of: 812, bytes: 10, rate: 1, .done).text
                == "Uploading DVC objects: 100% (812/812), 10 bytes | 1 byte/s, done.")
        #expect(line(0, of: 0, .done).text == "Uploading DVC objects: 100% (0/0), done.")
        #expect(line(3, of: 4, .stopped).text == "Uploading DVC objects:  75% (3/4)")
    }

    @Test func `a shorter line blanks out the longer one before it`() {
        let short = line(1, of: 2)
        #expect(short.terminalText(over: 0) == short.text + "\r")
        #expect(short.terminalText(over: short.text.utf8.count + 3) == short.text + "   \r")
        #expect(line(2, of: 2, .done).terminalText(over: 0).hasSuffix("done.\n"))
        #expect(line(1, of: 2, .stopped).terminalText(over: 0).hasSuffix("(1/2)\n"))
    }

    @Test func `the rate is that of the last seconds`() {
        var rate = TransferRate()
        rate.add(bytes: 0, at: .zero)
        #expect(rate.bytesPerSecond == 0)
        rate.add(bytes: 3000, at: .seconds(3))
        #expect(rate.bytesPerSecond == 1000)
        for second in 4...60 as ClosedRange<Int64> {
            rate.add(bytes: 3000 + second * 10, at: .seconds(second))
        }
        #expect(rate.bytesPerSecond == 10)
    }

    @Test func `the file has a line for each object, in Git LFS's grammar`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("progress")
        let meter = try ProgressMeter(
            .init(title: "t", direction: "upload", totalObjects: 2, totalBytes: 30),
            to: .init(showsLine: false, file: file))
        meter.observer(of: "a")?(10)
        meter.completeObject(named: "a")
        meter.observer(of: "b \n c")?(20)
        meter.completeObject(named: "b \n c")
        meter.finish(isComplete: true)
        #expect(
            String(decoding: try readFile(file), as: UTF8.self) == """
                upload 1/2 10/30 a
                upload 1/2 10/30 a
                upload 2/2 30/30 b \\u{a} c

                """)
    }

    @Test func `a total that is not known is what was moved so far`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("progress")
        try writeFile(file, Array("before\n".utf8))
        let meter = try ProgressMeter(
            .init(title: "t", direction: "download", totalObjects: 1, totalBytes: nil),
            to: .init(showsLine: false, file: file))
        meter.observer(of: "a")?(7)
        meter.observer(of: "a")?(-7)
        meter.completeObject(named: "a")
        let lines = String(decoding: try readFile(file), as: UTF8.self)
        #expect(lines == "before\ndownload 1/1 7/7 a\ndownload 1/1 0/0 a\n")
    }

    @Test func `a file that cannot be opened is an error at once`() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: SystemError.self) {
            _ = try ProgressMeter(
                .init(title: "t", direction: "upload", totalObjects: 1, totalBytes: nil),
                to: .init(showsLine: false, file: directory.path.appending("no/such")))
        }
    }
}
