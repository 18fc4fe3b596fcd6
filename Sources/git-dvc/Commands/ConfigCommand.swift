import Basics
import Workflows

/// The switches that say which configuration file is meant.
let levelOptions = [
    OptionDescription("global", "the configuration of your user"),
    OptionDescription("system", "the configuration of this machine"),
    OptionDescription("project", "the configuration of the repository: .dvc/config"),
    OptionDescription("local", "the configuration of this working copy: .dvc/config.local"),
]

/// The switches of real DVC that every command about settings takes.
let verbosityOptions = [
    OptionDescription("quiet", "q", "only say what went wrong"),
    OptionDescription("verbose", "v", "say more"),
]

extension Arguments {
    /// The configuration file that the switches name, if any.
    func level() throws(UsageError) -> ConfigurationLevel? {
        _ = try choice(of: ["quiet", "verbose"])
        return try choice(of: ["global", "system", "project", "local"])
            .flatMap(ConfigurationLevel.init(rawValue:))
    }
}

let configCommand = CommandDescription(
    name: "config",
    summary: "Shows or changes the settings of DVC.",
    synopsis: "[<options>] [<name> [<value>]]",
    arguments: [
        ("<name>", "section.option, remote.<name>.<option> or db.<name>.<option>"),
        ("<value>", "its new value; without one, the value is shown"),
    ],
    argumentCount: 0...2,
    options: levelOptions + [
        OptionDescription("unset", "u", "take the option away"),
        OptionDescription("list", "l", "show all settings"),
        OptionDescription("show-origin", "show the file of each setting"),
        OptionDescription("json", isOurs: true, "with --list: the settings as JSON"),
    ] + verbosityOptions,
    examples: [
        ("git dvc config core.autostage true", "set an option in .dvc/config"),
        ("git dvc config --local remote.s.user me", "set one for this working copy only"),
        ("git dvc config -l --show-origin", "show what is set, and where"),
    ],
    run: { arguments, invocation in try configure(arguments, invocation) })

private func configure(_ arguments: Arguments, _ invocation: Invocation) throws -> CInt {
    let level = try arguments.level()
    let name = arguments.positionals.first
    let value = arguments.positionals.dropFirst().first
    let optionName = try name.map { name throws(UsageError) in
        guard let optionName = ConfigurationOptionName(name) else {
            throw UsageError(
                summary: "'\(name)' is not the name of an option",
                advice: "write section.option, remote.<name>.<option> or db.<name>.<option>")
        }
        return optionName
    }
    let isUnset = arguments.has("unset")
    func refuse(_ text: String) -> CInt {
        printMessage("error", text)
        return ExitCode.failure
    }
    if arguments.has("json"), !arguments.has("list") {
        return refuse("'--json' needs '--list'")
    }
    if arguments.has("show-origin"), value != nil || isUnset {
        return refuse("'--show-origin' does not go with '--unset' and <value>")
    }
    let commands = ConfigurationCommands(
        at: invocation.directory, environment: invocation.environment)
    let isShown = !arguments.has("quiet")
    func prefix(_ setting: ConfigurationCommands.Setting) -> String {
        arguments.has("show-origin") ? setting.file + "\t" : ""
    }
    if arguments.has("list") {
        guard name == nil, !isUnset else {
            return refuse("'--list' does not go with '--unset', <name> and <value>")
        }
        if arguments.has("json") {
            printResult(try jsonText(commands.list(level).map(JSONSetting.init)))
            return 0
        }
        for setting in try commands.list(level) where isShown {
            printResult("\(prefix(setting))\(setting.name)=\(setting.value)")
        }
        return 0
    }
    guard let optionName, let name else { return refuse("the name of an option is missing") }
    if isUnset {
        try commands.unset(optionName, level: level)
    } else if let value {
        try commands.set(optionName, to: value, level: level)
    } else {
        for setting in try commands.settings(optionName, level) where isShown {
            let text =
                optionName.isSection ? "\(name).\(setting.name)=\(setting.value)" : setting.value
            printResult(prefix(setting) + text)
        }
    }
    return 0
}

/// The shape of `config --list --json`; the file is the one that the setting is in.
private struct JSONSetting: Encodable {
    let name: String
    let value: String
    let file: String

    init(_ setting: ConfigurationCommands.Setting) {
        name = setting.name
        value = setting.value
        file = setting.file
    }
}
