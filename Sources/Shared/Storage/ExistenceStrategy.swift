/// How to find out which of many wanted objects lie in one place of a store: a folder, a prefix.
///
/// A pure function of numbers, so that what a store does can be tested without the store.
package enum ExistenceStrategy: Equatable, Sendable {
    /// Nothing is there, so nothing needs to be asked: whatever is wanted can be put at once.
    case assumeAbsent
    /// A request for each wanted object.
    case askEach
    /// Reading the names of all that is there, then asking for those that names do not prove.
    case readNames

    /// What asking costs, in any unit.
    package struct Costs: Sendable {
        /// One request for one object.
        package let perRequest: Double
        /// One name among those that are there: on a service, a request divided by its page size.
        package let perName: Double
        /// Whether an object whose name was read is there, and no request need confirm it.
        package let namesAreProof: Bool

        package init(perRequest: Double, perName: Double, namesAreProof: Bool) {
            self.perRequest = perRequest
            self.perName = perName
            self.namesAreProof = namesAreProof
        }
    }

    /// The cheapest way.
    ///
    /// `wanted`: how many objects are asked for, less those that are `known` from our records.
    /// `estimate`: how many names there are at most; `nil` when nobody can say.
    package init(wanted: Int, known: Int = 0, estimate: Int?, _ costs: Costs) {
        let unknown = max(0, wanted - known)
        guard let estimate, unknown > 0 else {
            self = .askEach
            return
        }
        if estimate <= 0 {
            self = .assumeAbsent
            return
        }
        // At most as many as there are names can turn out to be there.
        let confirmed = costs.namesAreProof ? 0 : min(unknown, estimate)
        let asking = Double(unknown) * costs.perRequest
        let reading =
            Double(estimate) * costs.perName + Double(confirmed) * costs.perRequest
        self = reading < asking ? .readNames : .askEach
    }
}
