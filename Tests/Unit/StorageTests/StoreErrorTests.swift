import Basics
import Digests
import Storage
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct StoreErrorTests {
    private let key = ObjectKey(objectID(of: []))

    @Test(
        arguments: [
            (EACCES, true), (EROFS, true), (ENOSPC, true), (EDQUOT, true), (EMFILE, false),
            (EIO, false),
        ] as [(CInt, Bool)])
    func `a full disk stops the store, a single bad file does not`(code: CInt, isWhole: Bool) {
        let error = StoreError(
            .upload, key, store: "nas", writing: SystemError("create", "/nas/x", code: code))
        #expect(error.affectsWholeStore == isWhole)
        #expect(!error.isTransient)
        #expect(error.summary.contains("'/nas/x'"))
    }

    @Test func `the advice of the system call wins`() {
        let cause = SystemError("create", "/nas/x", code: EMFILE)
        let error = StoreError(.upload, key, store: "nas", writing: cause)
        #expect(error.advice == cause.advice)
        #expect(error.advice?.contains("ulimit") == true)
    }

    @Test func `an unreadable source is no reason to give up on the store`() {
        let error = StoreError(
            key, store: "nas", readingSource: SystemError("read", "/c", code: EACCES))
        #expect(!error.affectsWholeStore)
    }
}
