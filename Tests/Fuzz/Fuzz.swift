import Basics
import FuzzTargets

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Feeds one parser, whose name `FUZZ_TARGET` gives, with whatever libFuzzer comes up with; the
/// arguments are libFuzzer's own.
@main struct Fuzz {
    static func main() {
        guard let name = getenv("FUZZ_TARGET").map({ String(cString: $0) }),
            let known = FuzzTarget(rawValue: name)
        else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            write("error: FUZZ_TARGET must be one of \(names)\n", to: 2)
            exit(2)
        }
        target = known
        var count = CommandLine.argc
        var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(runDriver(&count, &words, testOneInput))
    }
}

/// Set before the driver runs, then only read.
nonisolated(unsafe) private var target = FuzzTarget.yaml

private typealias TestOneInput = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_cdecl("LLVMFuzzerTestOneInput") func testOneInput(
    _ data: UnsafePointer<UInt8>?, _ count: Int
) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// Source: `LLVMFuzzerRunDriver` in libFuzzer's "Using libFuzzer as a library".
@_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: TestOneInput
) -> CInt
