package import Basics
internal import CSQLite

extension StatusCache {
    /// The version of SQLite that is linked, such as `3.40.1`.
    package static var libraryVersion: String { String(cString: sqlite3_libversion()) }

    /// What is wrong with a file, in one line, or `nil`; it is looked at, not mended.
    ///
    /// Reads all of it. `path`: a file that is there.
    package static func flaw(of path: FilePath) -> String? {
        do throws(DatabaseError) {
            let check = try Database(opening: path).prepare("PRAGMA quick_check(1)")
            let answer = try check.rows([]) { $0.text(0) }
            return answer == ["ok"] ? nil : answer.first ?? "no answer"
        } catch {
            return error.words
        }
    }
}
