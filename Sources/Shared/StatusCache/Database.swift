package import Basics
internal import CSQLite

/// What SQLite answered instead of doing its work.
package struct DatabaseError: UserFacingError, Equatable {
    package let path: FilePath
    /// SQLite's extended result code.
    package let code: CInt
    /// SQLite's own words.
    package let words: String

    package var summary: String { "cannot use '\(path)': \(words)" }

    /// Whether the file is no database any more, or not one with our tables, so that only making a
    /// new one helps.
    package var isCorruption: Bool {
        [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR].contains(code & 0xff)
    }
}

/// A value in a row.
enum DatabaseValue: Equatable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// One connection to one SQLite file; used from one task at a time.
final class Database {
    let path: FilePath
    private let handle: OpaquePointer

    init(opening path: FilePath) throws(DatabaseError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = path.withCString { sqlite3_open_v2($0, &handle, flags, nil) }
        guard code == SQLITE_OK, let handle else {
            let words = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(handle)
            throw DatabaseError(path: path, code: code, words: words)
        }
        self.path = path
        self.handle = handle
        // Two pushes at once are normal; each holds the write lock for milliseconds.
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Makes the tables, and drops those of another version with what they hold.
    ///
    /// `version`: raised when the tables change; `statements`: drop and create them.
    func prepareSchema(version: Int, _ statements: String) throws(DatabaseError) {
        // A killed process leaves a journal that the next one rolls back. Only a power failure could
        // tear pages, and then the file is made anew: not worth an fsync in every push.
        try execute("PRAGMA synchronous = OFF")
        if try schemaVersion() == version { return }
        try transaction { () throws(DatabaseError) in
            // Another process may have made them while this one waited, and written something.
            if try schemaVersion() == version { return }
            try execute(statements + "PRAGMA user_version = \(version);")
        }
    }

    private func schemaVersion() throws(DatabaseError) -> Int? {
        try prepare("PRAGMA user_version").rows([]) { Int($0.integer(0)) }.first
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// Prepares a statement; one that outlives its connection keeps the file open.
    func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement
        else {
            throw failure()
        }
        return Statement(handle: statement, path: path)
    }

    /// Runs `body` in one transaction; an error undoes all of it.
    func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            try body()
            try execute("COMMIT")
        } catch {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)  // the first error is the one to tell
            throw error
        }
    }

    private func failure() -> DatabaseError {
        DatabaseError(
            path: path, code: sqlite3_extended_errcode(handle),
            words: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A prepared statement.
final class Statement {
    private let handle: OpaquePointer
    private let path: FilePath

    fileprivate init(handle: OpaquePointer, path: FilePath) {
        self.handle = handle
        self.path = path
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs the statement with these values for its question marks.
    func run(_ values: [DatabaseValue]) throws(DatabaseError) {
        _ = try rows(values) { _ in }
    }

    /// The same, and makes something of each row.
    func rows<Element>(
        _ values: [DatabaseValue], _ element: (Row) -> Element
    ) throws(DatabaseError) -> [Element] {
        var rows: [Element] = []
        defer { sqlite3_reset(handle) }
        for (index, value) in values.enumerated() {
            let position = CInt(index + 1)
            let code =
                switch value {
                case .integer(let number): sqlite3_bind_int64(handle, position, number)
                case .text(let text):
                    sqlite3_bind_text(handle, position, text, -1, csqlite_transient())
                case .blob(let bytes):
                    sqlite3_bind_blob(
                        handle, position, bytes, CInt(bytes.count), csqlite_transient())
                }
            guard code == SQLITE_OK else { throw failure(code) }
        }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(element(Row(handle: handle)))
            case SQLITE_DONE: return rows
            case let code: throw failure(code)
            }
        }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let words = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) } ?? ""
        return DatabaseError(path: path, code: code, words: words)
    }
}

/// The current row of a statement.
struct Row {
    fileprivate let handle: OpaquePointer

    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: CInt) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    func blob(_ column: CInt) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard let pointer = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }
}
