import Basics
import LocalBackend
import StoreConformance
import Testing

@Suite struct LocalStoreConformanceTests {
    @Test(arguments: StoreCheck.all)
    func `the local store keeps the contract`(check: StoreCheck) async throws {
        try await check.run { scratch in
            let store = LocalStore(root: scratch.path.appending("store"), name: "local")
            return StoreUnderTest(store) { key, bytes in
                // Trusted by its mode, so that only reading it shows the damage.
                let path = store.path(of: key)
                try createDirectories(path.parent)
                try writeFile(path, bytes, mode: 0o444)
            }
        }
    }
}
