import Basics
import Digests
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// The store against real servers: the contract, and what only a bucket has.
@Suite struct S3StoreTests {
    @Test(arguments: S3Server.Program.allCases, StoreCheck.all)
    func `a bucket keeps the contract`(
        program: S3Server.Program, check: StoreCheck
    ) async throws {
        try await check.run { _ in
            let bucket = try S3Bucket(program)
            return StoreUnderTest(try bucket.patientStore()) { key, bytes in
                try await bucket.insert(bytes, as: key)
            }
        }
    }

    /// The sizes of the contract's objects, in parts of a few KiB.
    @Test(arguments: [S3Server.Program.rcloneWithKeys, .moto], StoreCheck.all)
    func `in parts, too`(program: S3Server.Program, check: StoreCheck) async throws {
        try await check.run { _ in
            let bucket = try S3Bucket(program)
            let store = try bucket.patientStore {
                $0.multipartThreshold = 5000
                $0.partSize = 64 << 10
            }
            return StoreUnderTest(store) { key, bytes in try await bucket.insert(bytes, as: key) }
        }
    }
}
