/// Whether the Git that the tests run also runs hooks of its configuration (2.54 and newer).
package let gitRunsConfiguredHooks: Bool = {
    let words = try? Sandbox().run("git", "version").output.split(separator: " ")
    let numbers = words?.dropFirst(2).first?.split(separator: ".").prefix(2).compactMap { Int($0) }
    return numbers.map { $0.count == 2 && ($0[0], $0[1]) >= (2, 54) } ?? false
}()
