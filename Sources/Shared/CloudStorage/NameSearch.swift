package import Digests
internal import Storage

/// Finds wanted objects among names that arrive in their order, page by page.
///
/// Pure: who asks for the pages is elsewhere.
package struct NameSearch: Sendable {
    private let wanted: [ObjectID]
    /// For the first of the wanted objects, whether each is there; the others are open.
    package private(set) var presence: [Bool] = []
    private var nameCount = 0
    private var pageCount = 0
    private var lastName: ObjectID?
    /// Where the names begin: the first eight bytes of the digests from there on.
    private let start: UInt64

    /// Above so many objects in a store DVC takes a page for as dear as five requests.
    ///
    /// Source: dvc-compat 4.7.
    private static let largeStore = 500_000.0

    /// `wanted`: sorted, each once, all of one scheme, not empty; `start`: where the names begin, if
    /// not at the first that is wanted.
    package init(_ wanted: [ObjectID], from start: UInt64? = nil) {
        self.wanted = wanted
        self.start = start ?? wanted.first?.high ?? 0
        presence.reserveCapacity(wanted.count)
    }

    package var open: ArraySlice<ObjectID> { wanted[presence.count...] }
    package var isDone: Bool { presence.count == wanted.count }

    /// Takes the names of the next page.
    ///
    /// `isLast`: nothing comes after it. Returns `false`, having concluded nothing, when names are
    /// not in order.
    package mutating func take(_ names: [ObjectID], isLast: Bool) -> Bool {
        var last = lastName
        for name in names {
            if let last, name <= last { return false }
            last = name
        }
        lastName = last
        nameCount += names.count
        pageCount += 1
        for name in names {
            while let next = open.first, next < name { presence.append(false) }
            if open.first == name { presence.append(true) }
        }
        if isLast { while !isDone { presence.append(false) } }
        return true
    }

    /// How many more pages there are up to the last wanted object, as the names so far let expect.
    package var expectedPages: Double {
        guard let last = wanted.last, let lastName, nameCount > 0 else {
            return 1  // only foreign names so far
        }
        let seen = max(1, Double(lastName.high) - Double(start))
        let unseen = max(0, Double(last.high) - Double(lastName.high))
        return max(1, unseen / seen * Double(pageCount))
    }

    /// Whether asking for each open object takes less than reading on.
    package var shouldAskEach: Bool {
        let perPage = Double(max(1, nameCount / max(1, pageCount)))
        let names = expectedPages * perPage
        let span = max(0, Double(lastName?.high ?? start) - Double(start))
        let total = Double(nameCount) * Double(UInt64.max) / max(1, span)
        let weight = total > Self.largeStore ? 5.0 : 1.0
        let costs = ExistenceStrategy.Costs(
            perRequest: 1, perName: weight / perPage, namesAreProof: true)
        let estimate = Int(min(names.rounded(.up), 1e15))
        return ExistenceStrategy(wanted: open.count, estimate: estimate, costs) == .askEach
    }
}
