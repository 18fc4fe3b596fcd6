import Basics
import Testing

@testable import Planning

@Suite struct MetafileRoleTests {
    @Test(
        arguments: [
            ("data.dvc", .dvcFile), ("a/b/data.csv.dvc", .dvcFile), ("dvc.yaml", .pipeline),
            ("sub/dvc.yaml", .pipeline), ("dvc.lock", .lock), ("sub/dvc.lock", .lock),
            (".dvc/config", .context), ("sub/.dvc/config", .context), (".dvcignore", .context),
            ("sub/.dvcignore", .context), (".dvc", nil), (".dvc/.gitignore", nil),
            (".dvc/config.local", nil), (".dvc/x.dvc", nil), (".dvc/tmp/x.dvc", .dvcFile),
            ("config", nil), ("dvc.yml", nil), ("data.DVC", nil), ("data.dvc/x", nil),
            ("xdvc.yaml", nil), ("", nil),
        ] as [(FilePath, MetafileRole?)])
    func `a name tells the role`(path: FilePath, role: MetafileRole?) {
        #expect(MetafileRole(path) == role)
    }

    @Test func `a name that is no UTF-8 has its role too`() throws {
        let path = try #require(FilePath(validating: [0xff] + Array(".dvc".utf8)))
        #expect(MetafileRole(path) == .dvcFile)
    }

    @Test func `the first of equal elements stays`() {
        #expect(uniqued([3, 1, 3, 2, 1]) == [3, 1, 2])
        #expect(uniqued([Int]()).isEmpty)
    }
}
