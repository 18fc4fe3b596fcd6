import Basics
import Digests
import Storage
import Testing

@Suite struct ObjectKeyTests {
    @Test(
        arguments: [
            ("", "files/md5/d4/1d8cd98f00b204e9800998ecf8427e"),
            ("/", "/files/md5/d4/1d8cd98f00b204e9800998ecf8427e"),
            ("/r", "/r/files/md5/d4/1d8cd98f00b204e9800998ecf8427e"),
            ("/r/", "/r/files/md5/d4/1d8cd98f00b204e9800998ecf8427e"),
        ] as [(FilePath, FilePath)])
    func `lies below the root`(root: FilePath, expected: FilePath) {
        #expect(ObjectKey(objectID(of: [])).path(below: root) == expected)
    }
}
