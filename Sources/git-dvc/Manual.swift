import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Becomes `man` with the command's page, as `git <command> --help` does for Git's own.
///
/// Returns where there is nobody to read it, no page or no `man`: then the short help is shown.
func showManual(of command: CommandDescription) {
    let environment = Environment.current()
    guard isatty(1) == 1, let man = environment.program(named: "man"),
        let prefix = runningProgram()?.parent.parent
    else { return }
    // A subcommand is on the page of its command.
    let name = command.name.prefix { $0 != " " }
    let page = prefix.appending("share/man/man1/git-dvc-\(name).1")
    guard fileExists(page) else { return }
    signal(SIGPIPE, SIG_DFL)  // a reader who leaves early ends man, too
    printError(
        Command(man, ["--", page.string], environment: environment).replaceProcess(input: []))
}
