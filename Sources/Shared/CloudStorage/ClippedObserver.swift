internal import Basics

/// An observer that is told no more than `size` bytes of a request: its body may have an envelope, and
/// its answer a body, too, which are no part of the object.
package func clipped(
    _ observer: (@Sendable (Int64) -> Void)?, to size: Int64
) -> (@Sendable (Int64) -> Void)? {
    guard let observer else { return nil }
    let total = Locked<Int64>(0)
    return { bytes in
        let news = total.withLock { total in
            let before = min(total, size)
            total += bytes
            return min(total, size) - before
        }
        if news != 0 { observer(news) }
    }
}
