package import Basics
package import Digests

/// What was found when files of the working copy were last read, so that nobody reads them again.
///
/// A SQLite file beside that of ``StatusCache``, keyed by device and inode, so that it is right in
/// every worktree. Losing it costs time, never correctness: every failure is taken for "not known".
/// May be used from several tasks at a time.
package final class FileStates: Sendable {
    // `Database` is for one task at a time: the lock sees to it.
    private let database: Locked<Connection>

    private struct Connection: @unchecked Sendable {
        var database: Database?
    }

    /// Raised when the table changes; a file of another version is made anew.
    private static let schemaVersion = 3

    /// A file that was read, and what it held.
    package struct Record: Sendable {
        package let stamp: FileStamp
        package let oid: ObjectID
        /// When reading began, in nanoseconds since 1970.
        package let read: Int64

        package init(_ stamp: FileStamp, _ oid: ObjectID, read: Int64) {
            self.stamp = stamp
            self.oid = oid
            self.read = read
        }

        /// A file that we have just written, or linked to, and whose content nobody can have changed
        /// since without another time of modification: one in the past was set, or it was old.
        ///
        /// `nil` where the file system keeps times too coarsely to tell.
        package init?(placed stamp: FileStamp, _ oid: ObjectID) {
            if stamp.isCoarse { return nil }
            self.init(stamp, oid, read: .max)
        }
    }

    /// Opens the file, making it and its directory when missing, or anew when damaged.
    ///
    /// `path`: absolute; `nil` for a record that keeps nothing.
    package init(_ path: FilePath?) {
        database = Locked(Connection(database: path.flatMap { Self.connect(to: $0) }))
    }

    private static func connect(to path: FilePath) -> Database? {
        // What cannot be opened or repaired is not known; nothing else depends on it.
        try? createDirectories(path.parent)
        do {
            return try opened(path)
        } catch {
            guard (error as? DatabaseError)?.isCorruption == true else { return nil }
            try? StatusCache.discard(path)
            return try? opened(path)
        }
    }

    private static func opened(_ path: FilePath) throws -> Database {
        let database = try Database(opening: path)
        // Both names of an object have a place, because DVC 2 and 3 files may be one file.
        try database.prepareSchema(
            version: schemaVersion,
            """
            DROP TABLE IF EXISTS files;
            CREATE TABLE files (
                device INTEGER NOT NULL, inode INTEGER NOT NULL, scheme INTEGER NOT NULL,
                size INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL,
                high INTEGER NOT NULL, low INTEGER NOT NULL,
                PRIMARY KEY (device, inode, scheme)) WITHOUT ROWID;
            DROP TABLE IF EXISTS directories;
            CREATE TABLE directories (
                device INTEGER NOT NULL, inode INTEGER NOT NULL, scheme INTEGER NOT NULL,
                stamp_high INTEGER NOT NULL, stamp_low INTEGER NOT NULL,
                stamp_count INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL,
                PRIMARY KEY (device, inode, scheme)) WITHOUT ROWID;
            """)
        return database
    }

    /// The names of the contents of these files, where they are known; `nil` where they are not.
    package func known(_ stamps: [FileStamp], scheme: HashScheme) -> [ObjectID?] {
        database.withLock { connection -> [ObjectID?] in
            let unknown = [ObjectID?](repeating: nil, count: stamps.count)
            guard let database = connection.database else { return unknown }
            // As above: a damaged file knows nothing.
            return (try? Self.look(up: stamps, scheme, in: database)) ?? unknown
        }
    }

    private static func look(
        up stamps: [FileStamp], _ scheme: HashScheme, in database: Database
    ) throws(DatabaseError) -> [ObjectID?] {
        let query = try database.prepare(
            """
            SELECT high, low FROM files WHERE device = ? AND inode = ? AND scheme = ?
                AND size = ? AND modified = ? AND changed = ?
            """)
        var found: [ObjectID?] = []
        found.reserveCapacity(stamps.count)
        // One transaction: else each row would lock the file anew.
        try database.execute("BEGIN")
        defer { try? database.execute("COMMIT") }  // nothing was written
        for stamp in stamps {
            let rows = try query.rows([
                .integer(Int64(bitPattern: stamp.device)),
                .integer(Int64(bitPattern: stamp.inode)), .integer(Int64(scheme.rawValue)),
                .integer(stamp.size), .integer(stamp.modified), .integer(stamp.changed),
            ]) { row in
                ObjectID(
                    high: UInt64(bitPattern: row.integer(0)),
                    low: UInt64(bitPattern: row.integer(1)), scheme: scheme)
            }
            found.append(rows.first)
        }
        return found
    }

    /// Remembers what files held.
    ///
    /// A file that was written to so shortly before it was read that the next write could leave its
    /// times as they are is left out: it must be read again.
    package func save(_ records: [Record]) {
        let safe = records.filter { !$0.stamp.isRacy(at: $0.read) }
        if safe.isEmpty { return }
        database.withLock { connection in
            guard let database = connection.database else { return }
            try? Self.save(safe, in: database)  // what is not remembered is only read again
        }
    }

    private static func save(_ records: [Record], in database: Database) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            let statement = try database.prepare(
                """
                REPLACE INTO files (device, inode, scheme, size, modified, changed, high, low)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
            for record in records {
                let stamp = record.stamp
                try statement.run([
                    .integer(Int64(bitPattern: stamp.device)),
                    .integer(Int64(bitPattern: stamp.inode)),
                    .integer(Int64(record.oid.scheme.rawValue)), .integer(stamp.size),
                    .integer(stamp.modified), .integer(stamp.changed),
                    .integer(Int64(bitPattern: record.oid.high)),
                    .integer(Int64(bitPattern: record.oid.low)),
                ])
            }
        }
    }

    // MARK: Directories

    /// What a directory held, and the stamp of its files then; `nil` when that is not known.
    ///
    /// `directory`: its own stamp, of which only device and inode count.
    package func known(
        at directory: FileStamp, scheme: HashScheme
    ) -> (stamp: TreeStamp, oid: ObjectID)? {
        database.withLock { connection in
            // As above: a damaged file knows nothing.
            let query = try? connection.database?.prepare(
                """
                SELECT stamp_high, stamp_low, stamp_count, high, low FROM directories
                    WHERE device = ? AND inode = ? AND scheme = ?
                """)
            return try? query?.rows(Self.key(directory, scheme)) {
                row -> (stamp: TreeStamp, oid: ObjectID) in
                func word(_ column: CInt) -> UInt64 { UInt64(bitPattern: row.integer(column)) }
                return (
                    TreeStamp(high: word(0), low: word(1), count: word(2)),
                    ObjectID(high: word(3), low: word(4), isDirectory: true, scheme: scheme)
                )
            }.first
        }
    }

    /// Remembers that the files with this stamp are the members of `oid`, all of them and no others but
    /// those that `.dvcignore` hides.
    ///
    /// The caller knows that each held what the list says while it had its part of the stamp.
    package func save(_ stamp: TreeStamp, _ oid: ObjectID, at directory: FileStamp) {
        database.withLock { connection in
            let words = stamp.words + [oid.high, oid.low]
            // What is not remembered is only looked at again.
            try? connection.database?.prepare(
                """
                REPLACE INTO directories (device, inode, scheme, stamp_high, stamp_low,
                    stamp_count, high, low) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
            ).run(
                Self.key(directory, oid.scheme)
                    + words.map { .integer(Int64(bitPattern: $0)) })
        }
    }

    private static func key(_ directory: FileStamp, _ scheme: HashScheme) -> [DatabaseValue] {
        [
            .integer(Int64(bitPattern: directory.device)),
            .integer(Int64(bitPattern: directory.inode)), .integer(Int64(scheme.rawValue)),
        ]
    }
}
