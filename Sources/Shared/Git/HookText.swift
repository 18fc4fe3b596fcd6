/// Whether the text of a hook is one of ours, of any version: it says so in its second line.
package func isHookOfOurs(_ script: [UInt8]) -> Bool {
    let lines = script.split(
        separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    return lines.count > 2 && lines[0].starts(with: "#!".utf8)
        && lines[1].starts(with: "# git-dvc hook, version ".utf8)
}
