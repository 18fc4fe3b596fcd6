import TestSupport
import Testing

@testable import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct EnvironmentTests {
    @Test func `a program is only looked for in absolute entries of PATH`() throws {
        let directory = try TemporaryDirectory()
        let program = directory.path.appending("tool")
        try writeFile(program, Array("#!/bin/sh\n".utf8), mode: 0o755)
        #expect(program.withCString { chmod($0, 0o755) } == 0)
        func found(_ path: String?) -> FilePath? {
            var environment = Environment([:])
            environment["PATH"] = path
            return environment.program(named: "tool")
        }
        #expect(found("\(directory.path)") == program)
        #expect(found("::.:relative:/no/such::\(directory.path):") == program)
        #expect(found("") == nil)
        #expect(found(":.:") == nil)
        #expect(found(nil) == nil)
        // The same directory, named relative to this process's.
        let up = String(repeating: "../", count: 40) + directory.path.string.dropFirst()
        #expect(directoryExists(FilePath(up)))
        #expect(found(up) == nil)
    }

    @Test func `directories and files without permission are no programs`() throws {
        let directory = try TemporaryDirectory()
        try createDirectories(directory.path.appending("tool"))
        try writeFile(directory.path.appending("other"), [])
        let environment = Environment(["PATH": directory.path.string])
        #expect(environment.program(named: "tool") == nil)
        #expect(environment.program(named: "other") == nil)
    }

    @Test(arguments: [
        ("", false), ("0", false), ("false", false), ("No", false), ("OFF", false), ("1", true),
        ("true", true), ("anything", true),
    ])
    func `a switch is on unless it says no`(value: String, isOn: Bool) {
        #expect(Environment(["DVC_SKIP": value]).isOn("DVC_SKIP") == isOn)
    }

    @Test func `a switch that is not set is off, and an empty value is none`() {
        #expect(!Environment([:]).isOn("DVC_SKIP"))
        #expect(Environment(["HOME": ""]).homeDirectory == nil)
        #expect(Environment(["HOME": "/h"]).homeDirectory == "/h")
    }

    @Test func `the process's own variables are read`() {
        #expect(Environment.current()["PATH"] == getenv("PATH").map { String(cString: $0) })
    }
}
