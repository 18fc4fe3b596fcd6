/// The text as one word of a shell of the Bourne family: in single quotes.
package func shellWord(_ text: String) -> String {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
}
