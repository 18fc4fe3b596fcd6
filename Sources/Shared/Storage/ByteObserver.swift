/// Is told how many bytes of an object have been moved since it was last told.
///
/// Called from whichever thread moves them. By the time a request returns it was told all bytes;
/// what a request that fails has told, it takes back with one negative number.
package typealias ByteObserver = @Sendable (_ bytes: Int64) -> Void

/// Runs one request, and takes back what it told the observer when it fails.
///
/// `request` is given what to call with the number of bytes moved; `nil` saves the bookkeeping.
package func observed<Result>(
    _ observer: ByteObserver?, _ request: (((Int64) -> Void)?) async throws -> Result
) async throws -> Result {
    guard let observer else { return try await request(nil) }
    var moved: Int64 = 0
    do {
        return try await request { bytes in
            moved += bytes
            observer(bytes)
        }
    } catch {
        if moved > 0 { observer(-moved) }
        throw error
    }
}
