internal import CCurl

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// libcurl, loaded when the first request starts: loading it costs 4 to 6 ms, which a command that
/// transfers nothing must not pay (docs/decisions/0009).
struct CurlLibrary: Sendable {
    // Addresses of functions that never change once they are found.
    nonisolated(unsafe) let functions: UnsafePointer<ccurl_functions>

    /// The library, or why it cannot be used; tried once per process.
    static let shared: Result<CurlLibrary, LibraryError> = load()

    struct LibraryError: Error {
        let words: String
    }

    #if canImport(Darwin)
    private static let names = ["libcurl.4.dylib"]
    #else
    private static let names = ["libcurl.so.4", "libcurl-gnutls.so.4"]
    #endif

    private static func load() -> Result<CurlLibrary, LibraryError> {
        var words = "not found"
        for name in names {
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
                // The first name is the one that people should install.
                if name == names[0], let error = dlerror() { words = String(cString: error) }
                continue
            }
            do throws(LibraryError) {
                return .success(try CurlLibrary(library))
            } catch {
                return .failure(error)
            }
        }
        return .failure(LibraryError(words: words))
    }

    private init(_ library: UnsafeMutableRawPointer) throws(LibraryError) {
        // Neither the library nor this is ever given back: requests may run until the process ends.
        let found = UnsafeMutablePointer<ccurl_functions>.allocate(capacity: 1)
        found.initialize(to: ccurl_functions())
        if let missing = ccurl_find(library, found) {
            let name = String(cString: missing)
            throw LibraryError(words: "it is too old: it has no function '\(name)'")
        }
        guard found.pointee.global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK else {
            throw LibraryError(words: "it cannot be started")
        }
        functions = UnsafePointer(found)
    }

    /// What the library says about one of its codes.
    func words(for code: CURLcode) -> String {
        functions.pointee.easy_strerror(code).map { String(cString: $0) }
            ?? "error \(code.rawValue)"
    }
}
