internal import Basics
internal import Digests
package import Storage

extension SSHStore {
    /// How many questions are under way at once.
    private static let questions = 512
    /// Up to so many objects each is asked for at once: to look into folders first takes longer.
    private static let fewObjects = 64
    /// How many folders are read to guess how much is in the others.
    private static let sampledFolders = 2

    /// Whether each object is there.
    ///
    /// A store is read by folders or asked for each object, whichever takes less of the server; what
    /// two of the folders hold tells which. A folder that is missing answers for all its objects.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        try await onServer(.find, run.first) { session in
            let oids = Array(run.oids)
            if oids.count <= Self.fewObjects { return try await askEach(oids, session) }
            let groups = Dictionary(grouping: oids.indices) { path(of: ObjectKey(oids[$0])).parent }
                .sorted { $0.value.count > $1.value.count }
            let sample = groups.prefix(Self.sampledFolders)
            var others = Array(groups.dropFirst(sample.count))
            var presence = [Bool](repeating: false, count: oids.count)
            var nameCount = 0
            for (folder, indices) in sample {
                // To learn that there are many takes no more than asking would have taken.
                let part = try await readNames(in: folder, atMost: oids.count / 4, session)
                nameCount += part?.names.count ?? 0
                if part?.isWhole ?? true {
                    take(part?.names, folder, indices, oids, &presence)
                } else {
                    others.append((folder, indices))
                }
            }
            let wanted = others.reduce(0) { $0 + $1.value.count }
            // An estimate of none at all is no proof: the folders themselves are still asked.
            let estimate = max(1, nameCount) * others.count / max(1, sample.count)
            let costs = ExistenceStrategy.Costs(
                perRequest: 1, perName: 0.7, namesAreProof: true)
            switch ExistenceStrategy(wanted: wanted, estimate: estimate, costs) {
            case .askEach, .assumeAbsent:
                let indices = others.flatMap(\.value)
                let answers = try await askEach(indices.map { oids[$0] }, session)
                for (index, isThere) in zip(indices, answers) { presence[index] = isThere }
            case .readNames:
                for (group, names) in try await readAll(others.map(\.key), session) {
                    take(names, group, others, oids, &presence)
                }
            }
            return presence
        }
    }

    private typealias Group = (key: FilePath, value: [Int])

    private func take(
        _ names: Set<FilePath>?, _ group: Int, _ groups: [Group], _ oids: [ObjectID],
        _ presence: inout [Bool]
    ) {
        take(names, groups[group].key, groups[group].value, oids, &presence)
    }

    /// `names`: what a folder holds; `nil` when there is no such folder.
    private func take(
        _ names: Set<FilePath>?, _ folder: FilePath, _ indices: [Int], _ oids: [ObjectID],
        _ presence: inout [Bool]
    ) {
        guard let names else { return folders.noteAbsent(folder) }
        folders.note(folder)
        if names.isEmpty { return }
        for index in indices {
            presence[index] = names.contains(ObjectKey(oids[index]).path.lastComponent)
        }
    }

    private func askEach(_ oids: [ObjectID], _ session: SFTPSession) async throws -> [Bool] {
        var presence: [Bool] = []
        presence.reserveCapacity(oids.count)
        var replies: [SFTPReply] = []
        for index in 0..<oids.count + Self.questions {
            if index < oids.count {
                replies.append(session.send(.stat(path(of: ObjectKey(oids[index])))))
            }
            let answered = index - Self.questions
            guard answered >= 0, answered < oids.count else { continue }
            let answer = try await replies[answered].value()
            presence.append(
                try await size(answer, ObjectKey(oids[answered]), session) != nil)
        }
        return presence
    }

    /// The names in many folders, read side by side.
    private func readAll(
        _ wanted: [FilePath], _ session: SFTPSession
    ) async throws -> [(Int, Set<FilePath>?)] {
        let found = Locked<[(Int, Set<FilePath>?)]>([])
        let limit = max(1, min(32, session.abilities.handles / 2))
        try await forEachIndexConcurrently(wanted.count, limit: limit) { index in
            let names = try await names(in: wanted[index], session)
            found.withLock { $0.append((index, names)) }
        }
        return found.withLock { $0 }
    }

    /// The names in a folder, or `nil` when there is none.
    func names(in folder: FilePath, _ session: SFTPSession) async throws -> Set<FilePath>? {
        try await readNames(in: folder, atMost: .max, session)?.names
    }

    /// The same, ended soon after so many names.
    private func readNames(
        in folder: FilePath, atMost limit: Int, _ session: SFTPSession
    ) async throws -> (names: Set<FilePath>, isWhole: Bool)? {
        let opened = try await session.send(.opendir(folder)).value()
        if case .status(let status) = opened, status.code == .noSuchFile {
            try await checkRoot(session)
            return nil
        }
        let handle = try opened.handle(folder)
        defer { session.send(.close(handle)) }  // only read: whatever the answer, nothing is lost
        var names: Set<FilePath> = []
        while true {
            // Two at a time: the server makes the next list while this one is on its way.
            let pair = [session.send(.readdir(handle)), session.send(.readdir(handle))]
            var isAtEnd = false
            for reply in pair {
                let answer = try await reply.value()
                switch answer {
                case .names(let more): names.formUnion(more)
                case .status(let status) where status.code == .endOfFile: isAtEnd = true
                default: throw SFTPRefusal(answer, folder)
                }
            }
            if isAtEnd { return (names, true) }
            if names.count >= limit { return (names, false) }
        }
    }
}
