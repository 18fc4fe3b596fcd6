internal import Basics

/// The folders of a WebDAV server: which are there, and each made once.
final class Collections: Sendable {
    private enum State {
        case there
        case beingMade(Task<Void, any Error>)
    }

    private let states = Locked<[FilePath: State]>([:])
    private let absent = Locked<Set<FilePath>>([])
    private let create: @Sendable (FilePath) async throws -> Outcome
    private let createAbove: @Sendable () async throws -> Bool

    /// What a request to make a folder comes to.
    enum Outcome: Sendable {
        /// It is there, made now or before.
        case there
        /// It cannot be made before the one that holds it.
        case needsParent
    }

    /// `create`: sends one request to make a folder; `above`: makes those that hold the remote's own, and
    /// says whether they are there then.
    init(
        above: @escaping @Sendable () async throws -> Bool = { false },
        _ create: @escaping @Sendable (FilePath) async throws -> Outcome
    ) {
        self.create = create
        createAbove = above
    }

    func noteThere(_ path: FilePath) { states.withLock { $0[path] = .there } }

    /// That a folder was not there when it was asked for, so that it is made before what is in it.
    func noteAbsent(_ path: FilePath) { absent.withLock { _ = $0.insert(path) } }

    func isThere(_ path: FilePath) -> Bool {
        states.withLock { if case .there = $0[path] { true } else { false } }
    }

    /// Makes a folder and those above it, unless they are there; whoever comes meanwhile waits.
    func make(_ path: FilePath) async throws {
        let task = states.withLock { states -> Task<Void, any Error>? in
            switch states[path] {
            case .there: return nil
            case .beingMade(let task): return task
            case nil:
                let task = Task { try await self.makeNow(path) }
                states[path] = .beingMade(task)
                return task
            }
        }
        try await task?.value
    }

    private func makeNow(_ path: FilePath) async throws {
        do {
            if absent.withLock({ $0.contains(path.parent) }), !path.isEmpty {
                try await make(path.parent)
            }
            if try await create(path) == .needsParent {
                if path.isEmpty {
                    guard try await createAbove() else { throw NoParentCollection() }
                } else {
                    try await make(path.parent)
                }
                guard try await create(path) == .there else { throw NoParentCollection() }
            }
            states.withLock { $0[path] = .there }
        } catch {
            states.withLock { $0[path] = nil }  // the next one tries again
            throw error
        }
    }
}

/// A server that asks for a folder's parent even where there can be none.
struct NoParentCollection: Error {}
