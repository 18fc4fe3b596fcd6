package import Basics
package import Digests

/// What this repository knows about its data remotes: which objects are there, seen when.
///
/// A SQLite file in the common Git directory. Losing it costs time, never correctness; a record
/// older than the given age counts as absent. Used from one task at a time; several processes may
/// use the same file.
package final class StatusCache {
    private let database: Database
    /// Seconds since 1970 before which a record is too old to be believed.
    private let oldestBelieved: Int64
    private let now: Int64
    /// Whether the file was damaged and had to be made anew.
    package let wasRebuilt: Bool

    /// Raised when the tables change; a file of another version is made anew.
    private static let schemaVersion = 1

    private init(_ database: Database, maximumAge: Duration, now: Int64, wasRebuilt: Bool) {
        self.database = database
        self.now = now
        self.oldestBelieved = now - maximumAge.components.seconds
        self.wasRebuilt = wasRebuilt
    }

    /// Opens the file, making it and its directory when missing; a file that is no database any more
    /// is replaced by a new one.
    ///
    /// `maximumAge`: how long a record is believed.
    /// `now`: seconds since 1970.
    /// Throws ``DatabaseError``, `SystemError`.
    package static func open(_ path: FilePath, maximumAge: Duration, now: Int64) throws
        -> StatusCache
    {
        try createDirectories(path.parent)
        switch connect(to: path) {
        case .success(let database):
            return StatusCache(database, maximumAge: maximumAge, now: now, wasRebuilt: false)
        case .failure(let error) where error.isCorruption:
            try discard(path)
            let database = try connect(to: path).get()
            return StatusCache(database, maximumAge: maximumAge, now: now, wasRebuilt: true)
        case .failure(let error): throw error
        }
    }

    /// Removes a damaged file.
    ///
    /// Opening reads little of it: most damage is found later, by a ``DatabaseError`` that is
    /// ``DatabaseError/isCorruption``, and then the caller starts again without the file.
    package static func discard(_ path: FilePath) throws(SystemError) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            try removeFile(FilePath(path.string + suffix))
        }
    }

    /// A connection to a file that has our tables.
    private static func connect(to path: FilePath) -> Result<Database, DatabaseError> {
        do throws(DatabaseError) {
            let database = try Database(opening: path)
            try prepareSchema(of: database)
            return .success(database)
        } catch {
            return .failure(error)
        }
    }

    private static func prepareSchema(of database: Database) throws(DatabaseError) {
        try database.prepareSchema(
            version: schemaVersion,
            """
            DROP TABLE IF EXISTS stores; DROP TABLE IF EXISTS objects;
            DROP TABLE IF EXISTS directories; DROP TABLE IF EXISTS tips;
            CREATE TABLE stores (
                id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE,
                baseline INTEGER NOT NULL DEFAULT \(Int64.min));
            CREATE TABLE objects (
                store INTEGER NOT NULL, oid BLOB NOT NULL, seen INTEGER NOT NULL,
                PRIMARY KEY (store, oid)) WITHOUT ROWID;
            CREATE TABLE directories (
                store INTEGER NOT NULL, place BLOB NOT NULL, oid BLOB NOT NULL,
                seen INTEGER NOT NULL, PRIMARY KEY (store, place)) WITHOUT ROWID;
            CREATE TABLE tips (
                store INTEGER NOT NULL, tip TEXT NOT NULL, seen INTEGER NOT NULL,
                PRIMARY KEY (store, tip)) WITHOUT ROWID;
            """)
    }

    /// Whether the store was once, not too long ago, seen to have all that a whole commit needs.
    ///
    /// `url`: the storage's canonical URL, without credentials.
    package func hasBaseline(_ url: String) throws(DatabaseError) -> Bool {
        let query = try database.prepare("SELECT baseline FROM stores WHERE url = ?")
        let seen = try query.rows([.text(url)]) { $0.integer(0) }
        return seen.first.map { $0 > oldestBelieved } ?? false
    }

    /// Some of the objects that are recorded for a store, to see whether the records still hold.
    package func sample(of url: String, limit: Int) throws(DatabaseError) -> [ObjectID] {
        guard let store = try identifier(of: url) else { return [] }
        let query = try database.prepare(
            "SELECT oid FROM objects WHERE store = ? AND seen > ? LIMIT \(limit)")
        let found = try query.rows([.integer(store), .integer(oldestBelieved)]) { $0.blob(0) }
        return found.compactMap { ObjectID(record: $0) }
    }

    /// Those of `oids` that were seen in the store not too long ago; a `.dir` with all its members.
    package func present(_ oids: some Sequence<ObjectID>, in url: String) throws(DatabaseError)
        -> Set<ObjectID>
    {
        guard let store = try identifier(of: url) else { return [] }
        let query = try database.prepare(
            "SELECT 1 FROM objects WHERE store = ? AND oid = ? AND seen > ?")
        var present: Set<ObjectID> = []
        for oid in oids {
            let found: [Void] = try query.rows(
                [.integer(store), .blob(oid.record), .integer(oldestBelieved)]) { _ in }
            if !found.isEmpty { present.insert(oid) }
        }
        return present
    }

    /// The directory object whose members were last asked for or uploaded at this place: the one
    /// whose members most likely make up the next one.
    ///
    /// `place`: the path of the directory in the repository.
    package func lastDirectory(at place: FilePath, in url: String) throws(DatabaseError)
        -> ObjectID?
    {
        guard let store = try identifier(of: url) else { return nil }
        let query = try database.prepare(
            "SELECT oid FROM directories WHERE store = ? AND place = ? AND seen > ?")
        let found = try query.rows(
            [.integer(store), .blob(place.bytes), .integer(oldestBelieved)]) { $0.blob(0) }
        return found.first.flatMap { ObjectID(record: $0) }
    }

    /// Commits, as hex digits, in whose whole history nothing was left unseen; newest record first.
    package func completeTips(in url: String) throws(DatabaseError) -> [String] {
        guard let store = try identifier(of: url) else { return [] }
        let query = try database.prepare(
            "SELECT tip FROM tips WHERE store = ? AND seen > ? ORDER BY seen DESC LIMIT 1000")
        return try query.rows([.integer(store), .integer(oldestBelieved)]) { $0.text(0) }
    }

    /// Something that a push found or put in a store.
    package struct Record: Sendable {
        package var url: String
        /// Objects that are there; a `.dir` only when all its members are.
        package var objects: [ObjectID] = []
        /// Directories whose members were asked for one by one, or uploaded.
        package var directories: [(place: FilePath, oid: ObjectID)] = []
        /// Commits, as hex digits, for whose whole history everything is there.
        package var tips: [String] = []
        /// Whether everything that a whole commit needs is there.
        package var isBaseline = false

        package init(url: String) { self.url = url }
    }

    /// Writes records down, all or none.
    package func add(_ records: [Record]) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            for record in records { try add(record) }
        }
    }

    private func add(_ record: Record) throws(DatabaseError) {
        try database.prepare("INSERT OR IGNORE INTO stores (url) VALUES (?)").run([
            .text(record.url)
        ])
        guard let store = try identifier(of: record.url) else { return }
        let object = try database.prepare(
            "REPLACE INTO objects (store, oid, seen) VALUES (?, ?, ?)")
        for oid in record.objects {
            try object.run([.integer(store), .blob(oid.record), .integer(now)])
        }
        let directory = try database.prepare(
            "REPLACE INTO directories (store, place, oid, seen) VALUES (?, ?, ?, ?)")
        for entry in record.directories {
            try directory.run([
                .integer(store), .blob(entry.place.bytes), .blob(entry.oid.record), .integer(now),
            ])
        }
        if record.isBaseline {
            try database.prepare("UPDATE stores SET baseline = ? WHERE id = ?")
                .run([.integer(now), .integer(store)])
        }
        let tip = try database.prepare("REPLACE INTO tips (store, tip, seen) VALUES (?, ?, ?)")
        for name in record.tips { try tip.run([.integer(store), .text(name), .integer(now)]) }
    }

    /// Drops everything known about a store: something that should be there is not.
    package func forget(_ url: String) throws(DatabaseError) {
        guard let store = try identifier(of: url) else { return }
        try database.transaction { () throws(DatabaseError) in
            for table in ["objects", "directories", "tips"] {
                try database.prepare("DELETE FROM \(table) WHERE store = ?").run([.integer(store)])
            }
            try database.prepare("DELETE FROM stores WHERE id = ?").run([.integer(store)])
        }
    }

    private func identifier(of url: String) throws(DatabaseError) -> Int64? {
        let query = try database.prepare("SELECT id FROM stores WHERE url = ?")
        return try query.rows([.text(url)]) { $0.integer(0) }.first
    }
}

extension ObjectID {
    /// 16 bytes of digest and one that tells files, directories, 3.x and legacy apart.
    fileprivate var record: [UInt8] { digest + [scheme.rawValue << 1 | (isDirectory ? 1 : 0)] }

    fileprivate init?(record: [UInt8]) {
        guard record.count == 17, let scheme = HashScheme(rawValue: record[16] >> 1) else {
            return nil
        }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(
            high: word(record[0..<8]), low: word(record[8..<16]), isDirectory: record[16] & 1 == 1,
            scheme: scheme)
    }
}
