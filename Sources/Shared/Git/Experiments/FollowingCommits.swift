package import Basics

extension [Experiment] {
    /// Those whose baseline is one of these commits or in their history.
    ///
    /// Throws `SubprocessError`.
    package func followers(
        of tips: [GitOID], using git: GitProgram
    ) throws(SubprocessError) -> [Experiment] {
        if isEmpty || tips.isEmpty { return [] }
        // Mostly experiments were made from what is pushed, which Git need not be asked about.
        let sure = Set(tips)
        let baselines = Set(map(\.ref.baseline)).subtracting(sure).sorted { $0.hex < $1.hex }
        if baselines.isEmpty { return self }
        let found = try git.command(["cat-file", "--batch-check=%(objectname) %(objecttype)"])
            .outputIfSuccessful(input: baselines.flatMap { [UInt8]("\($0)\n".utf8) })
        var followed = Set(
            found.split(separator: UInt8(ascii: "\n")).compactMap { line -> GitOID? in
                line.ends(with: " commit") ? GitOID(line.prefix { $0 != 0x20 }) : nil
            })
        // What is listed is in nobody's history but its own.
        let range = followed.map { "\($0)\n" }.sorted() + tips.map { "^\($0)\n" }
        let beyond = try git.command(["rev-list", "--stdin"])
            .outputIfSuccessful(input: range.flatMap { [UInt8]($0.utf8) })
        for line in beyond.split(separator: UInt8(ascii: "\n")) {
            if let commit = GitOID(line) { followed.remove(commit) }
        }
        return filter { sure.contains($0.ref.baseline) || followed.contains($0.ref.baseline) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}
