import Basics
import Digests

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Makes the cache of a directory of very many tiny files, in a process of its own.
///
/// What the bench itself ever held in memory would count for everything that it measures.
struct MemberMaker {
    /// The word that starts it: `bench --make-members <cache> <count> <new>`.
    static let flag = "--make-members"

    let cache: FilePath
    let count: Int
    /// How many of the members are in no other version of the directory.
    let newCount: Int

    init?(_ words: [String]) {
        guard words.count == 4, words[0] == Self.flag, let count = Int(words[2]),
            let newCount = Int(words[3])
        else { return nil }
        self.init(cache: FilePath(words[1]), count: count, newCount: newCount)
    }

    init(cache: FilePath, count: Int, newCount: Int) {
        self.cache = cache
        self.count = count
        self.newCount = newCount
    }

    var words: [String] { [Self.flag, "\(cache)", "\(count)", "\(newCount)"] }

    /// Writes the objects that are not there yet, and says the id of the list and the size of all.
    func run() throws {
        var list = Array("[".utf8)
        list.reserveCapacity(count * 90)
        var size = 0
        for index in 0..<(count + newCount) {
            let digits = "\(10_000_000 + index)".dropFirst()
            let content = Array("sample \(digits)\n".utf8)
            let oid = try store(content)
            size += content.count
            if list.count > 1 { list += Array(", ".utf8) }
            list += Array(
                "{\"md5\": \"\(oid)\", \"relpath\": \"part-\(digits.prefix(4))/\(digits).txt\"}"
                    .utf8)
        }
        list.append(UInt8(ascii: "]"))
        printResult("\(try store(list, isDirectory: true)) \(size)")
    }

    private func store(_ content: [UInt8], isDirectory: Bool = false) throws -> ObjectID {
        let oid = objectID(of: content, isDirectory: isDirectory)
        let path = oid.storagePath(below: cache)
        if access(path.string, F_OK) == 0 { return oid }
        do throws(SystemError) {
            try OpenFile(creating: path, mode: 0o444).write(content)
        } catch  where error.code == ENOENT {
            try createDirectories(path.parent)
            try OpenFile(creating: path, mode: 0o444).write(content)
        }
        return oid
    }
}
