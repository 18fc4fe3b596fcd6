import Basics
import Testing

@testable import DVC

/// Nothing that stands in a file may trap; these tests pass by coming to their end.
@Suite struct HostileMetafileTests {
    static let samples = [
        "wdir: ..\ndeps:\n- path: s3://b/k\n  etag: '12'\n  repo: {url: u, rev_lock: a}\nouts:\n"
            + "- path: data\n  md5: \(treeID)\n  size: 12\n  nfiles: 3\n  hash: md5\n"
            + "  remote: r\n  cloud: {r: {etag: a, version_id: b}}\n",
        "vars: [a, {b: c}]\nstages:\n  a:\n    cmd: x\n    wdir: ${w}\n    outs: [m, {n: "
            + "{cache: false}}]\n    plots: [p: [{x: a}]]\n  g:\n    foreach: [k]\n    do: "
            + "{cmd: y, outs: ['${item}']}\n",
        "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    deps: [{path: d, md5: \(fileID)}]\n"
            + "    outs: [{path: m, md5: \(fileID), hash: md5, size: 3}]\n  g@k: {cmd: y}\n",
    ]

    /// Reads the bytes as each kind of metafile.
    private func readAll(_ bytes: [UInt8]) {
        _ = failure { () throws(MetafileError) in try Metafile(bytes) }?.located(in: "x").summary
        // Errors are as good as values here.
        let definition = try? PipelineDefinition(bytes) { _ in Array("w: u".utf8) }
        let lock = try? PipelineLock(bytes)
        let other = try? PipelineLock(Array(Self.samples[2].utf8))
        if let definition {
            _ = Pipeline(definition, lock: lock)
            _ = Pipeline(definition, lock: other)
        }
    }

    @Test(arguments: samples)
    func `survives random bytes`(sample: String) {
        var state: UInt64 = 7
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<2000 {
            var bytes = Array(sample.utf8)
            for _ in 0...random(below: 3) {
                let place = random(below: bytes.count)
                switch random(below: 4) {
                case 0: bytes[place] = UInt8(random(below: 256))
                case 1: bytes.removeSubrange(place..<min(place + 3, bytes.count - 1))
                case 2: bytes.insert(contentsOf: "\"\\0\": ${".utf8, at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                }
            }
            readAll(bytes)
        }
    }

    @Test func `survives depth, length and control characters`() {
        readAll(Array(String(repeating: "[", count: 100_000).utf8))
        readAll(Array("outs:\n- path: \(String(repeating: "../", count: 300_000))\n".utf8))
        readAll(Array("outs:\n- path: \(String(repeating: "${", count: 2000))\n".utf8))
        readAll([UInt8](repeating: 0, count: 1000))
    }

    @Test func `a long run of dollars is read in reasonable time`() throws {
        let path = String(repeating: "${", count: 50_000)
        #expect(try pipeline("stages: {a: {cmd: x, outs: ['\(path)']}}").outs.count == 1)
    }
}
