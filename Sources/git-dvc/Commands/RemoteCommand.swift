import Basics
import Workflows

let remoteCommand = CommandDescription(
    name: "remote",
    summary: "Shows and changes the remotes that data is pushed to and pulled from.",
    examples: [
        ("git dvc remote add -d storage s3://bucket/data", "a first remote, used by default"),
        ("git dvc remote list", "show all remotes"),
    ],
    subcommands: [add, list, defaultRemote, modify, rename, remove])

private let nameArgument = (name: "<name>", help: "the name of the remote, in any case")

private let add = CommandDescription(
    name: "remote add",
    summary: "Adds a remote.",
    synopsis: "[<options>] <name> <url>",
    arguments: [
        nameArgument,
        ("<url>", "a path, or a URL that starts with s3, gs, azure, ssh, http(s), webdav(s),"),
        ("", "hdfs, webhdfs, oss, gdrive, rclone or remote://<other remote>"),
    ],
    argumentCount: 2...2,
    options: levelOptions + [
        OptionDescription("default", "d", "make it the one that is used when none is named"),
        OptionDescription("force", "f", "replace the remote of that name"),
    ] + verbosityOptions,
    examples: [
        ("git dvc remote add -d storage s3://bucket/data", "a first remote, used by default"),
        ("git dvc remote add --local mine ../copy", "a remote for this working copy only"),
    ],
    run: { arguments, invocation in
        let level = try arguments.level()
        let name = arguments.positionals[0]
        if arguments.has("default"), !arguments.has("quiet") {
            printResult("Setting '\(name.lowercased())' as a default remote.")
        }
        try invocation.remoteCommands.add(
            name, url: arguments.positionals[1], level: level, force: arguments.has("force"),
            setsDefault: arguments.has("default"))
        if !arguments.has("quiet"), let warning = remoteAddressWarning(arguments.positionals[1]) {
            printMessage("warning", warning)
        }
        return 0
    })

private let list = CommandDescription(
    name: "remote list",
    summary: "Lists the remotes.",
    synopsis: "[<options>]",
    options: levelOptions + [
        OptionDescription("json", isOurs: true, "the list as JSON on standard output")
    ] + verbosityOptions,
    examples: [
        ("git dvc remote list --local", "those of this working copy only"),
        ("git dvc remote list --json", "all of them, for a script"),
    ],
    run: { arguments, invocation in
        let remotes = try invocation.remoteCommands.list(try arguments.level())
        if arguments.has("json") {
            printResult(try jsonText(remotes.map(JSONRemote.init)))
            return 0
        }
        guard !arguments.has("quiet") else { return 0 }
        for remote in remotes {
            var fields = [remote.name, remote.url ?? ""]
            if remote.isDefault { fields.append("(default)") }
            printResult(columns(fields))
        }
        return 0
    })

private let defaultRemote = CommandDescription(
    name: "remote default",
    summary: "Shows, sets or unsets the remote that is used when none is named.",
    synopsis: "[<options>] [<name>]",
    arguments: [nameArgument],
    argumentCount: 0...1,
    options: levelOptions + [OptionDescription("unset", "u", "use none by default")]
        + verbosityOptions,
    examples: [("git dvc remote default storage", "use this one from now on")],
    run: { arguments, invocation in
        let level = try arguments.level()
        let name = arguments.positionals.first
        let commands = invocation.remoteCommands
        if arguments.has("unset") || name != nil {
            try commands.setDefault(arguments.has("unset") ? nil : name, level: level)
            return 0
        }
        let found = try commands.defaultName(level)
        if !arguments.has("quiet") { printResult(found ?? "No default remote set") }
        return found == nil ? ExitCode.failure : 0
    })

private let modify = CommandDescription(
    name: "remote modify",
    summary: "Sets or unsets an option of a remote.",
    synopsis: "[<options>] <name> <option> [<value>]",
    arguments: [
        nameArgument, ("<option>", "the option: url, jobs, user, region and so on"),
        ("<value>", "its new value"),
    ],
    argumentCount: 2...3,
    options: levelOptions + [OptionDescription("unset", "u", "take the option away")]
        + verbosityOptions,
    examples: [
        ("git dvc remote modify storage region eu-west-1", "set an option in .dvc/config"),
        ("git dvc remote modify --local storage password secret", "keep it out of the repository"),
    ],
    run: { arguments, invocation in
        let level = try arguments.level()
        let words = arguments.positionals
        let isUnset = arguments.has("unset")
        if words.count == 2, !isUnset { throw ValueMissing(remote: words[0], option: words[1]) }
        try invocation.remoteCommands.modify(
            words[0], option: words[1], value: isUnset ? nil : words[2], level: level)
        return 0
    })

private let rename = CommandDescription(
    name: "remote rename",
    summary: "Gives a remote another name.",
    synopsis: "[<options>] <name> <new>",
    arguments: [nameArgument, ("<new>", "its new name")],
    argumentCount: 2...2,
    options: levelOptions + verbosityOptions,
    examples: [("git dvc remote rename storage old", "and it stays the default if it was")],
    run: { arguments, invocation in
        let words = arguments.positionals
        try invocation.remoteCommands.rename(words[0], to: words[1], level: try arguments.level())
        return 0
    })

private let remove = CommandDescription(
    name: "remote remove",
    summary: "Removes a remote from the configuration; its data stays where it is.",
    synopsis: "[<options>] <name>",
    arguments: [nameArgument],
    argumentCount: 1...1,
    options: levelOptions + verbosityOptions,
    examples: [("git dvc remote remove storage", "and it is no longer the default")],
    run: { arguments, invocation in
        try invocation.remoteCommands.remove(
            arguments.positionals[0], level: try arguments.level())
        return 0
    })

/// `remote modify` without a value, which DVC finds only when it checks the settings.
struct ValueMissing: UserFacingError {
    let remote: String
    let option: String

    var summary: String { "'git dvc remote modify' needs a value for '\(option)'" }
    var advice: String? { "add it, or take the option away with '-u'" }
}

extension Invocation {
    fileprivate var remoteCommands: RemoteCommands {
        RemoteCommands(at: directory, environment: environment)
    }
}

/// The fields with blanks up to the next multiple of eight between them, as DVC prints them.
private func columns(_ fields: [String]) -> String {
    var line = ""
    for (index, field) in fields.enumerated() {
        line += field
        guard index < fields.count - 1 else { break }
        line += String(repeating: " ", count: 8 - line.unicodeScalars.count % 8)
    }
    return line
}

/// The shape of `remote list --json`.
private struct JSONRemote: Encodable {
    let name: String
    let url: String?
    let isDefault: Bool

    enum CodingKeys: String, CodingKey {
        case name, url
        case isDefault = "default"
    }

    init(_ remote: RemoteCommands.Remote) {
        name = remote.name
        url = remote.url
        isDefault = remote.isDefault
    }
}
