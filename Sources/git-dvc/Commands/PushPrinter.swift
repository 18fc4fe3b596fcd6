import Basics
import Workflows

/// Says what a push did.
struct PushPrinter {
    let report: PushReport
    let options: PushOptions
    let isQuiet: Bool
    let isVerbose: Bool

    /// `isHook`: what is amiss with a push is said even when Git is told to be quiet.
    func printMessages(isHook: Bool) {
        if isVerbose { for note in report.notes { printMessage("note", note) } }
        if !isQuiet || isHook { Basics.printMessages("warning", report.warnings) }
        Basics.printMessages("error", report.errors)
    }

    /// `isHook`: in a hook stdout belongs to Git's user, so everything goes to stderr and
    ///   nothing is said when nothing was done.
    func printSummary(isHook: Bool) {
        if isQuiet { return }
        if options.isDryRun, isHook {
            for store in report.stores where !store.wouldUpload.isEmpty {
                let objects = counted(store.wouldUpload.count, "DVC object")
                write("Would upload \(objects) to remote '\(printable(store.remote))'\n", to: 2)
            }
            return
        }
        if options.isDryRun {
            for store in report.stores {
                for run in store.runs { printResult("\(store.remote)\t\(run)\t") }
                for place in store.wouldUpload {
                    printResult(
                        "\(store.remote)\t\(place.storagePath)\t\(printable(place.path.string))"
                    )
                }
            }
            return
        }
        if isHook {
            // The meter's last line says the same.
            if options.progress.showsLine { return }
            for store in report.stores where store.uploadedCount > 0 {
                let objects = counted(store.uploadedCount, "DVC object")
                let bytes = byteCountText(store.uploadedBytes)
                write(
                    "Uploaded \(objects) (\(bytes)) to remote '\(printable(store.remote))'\n", to: 2
                )
            }
        } else if report.uploadedCount > 0 {
            printResult("\(counted(report.uploadedCount, "file")) pushed")
        } else if report.isSuccess {
            printResult("Everything is up to date.")
        }
    }

    func printJSON() throws {
        printResult(try jsonText(JSONReport(report)))
    }
}

/// The shape of `--json`.
private struct JSONReport: Encodable {
    struct Object: Encodable {
        let md5: String
        let path: String
        let commit: String?

        init(_ place: ObjectPlace) {
            md5 = place.md5
            path = place.path.string
            commit = place.commit
        }
    }

    struct Remote: Encodable {
        let name: String
        let uploaded: Int
        let bytes: Int64
        let wouldUpload: [Object]
        let missing: [Object]
        let failed: [Object]
    }

    let remotes: [Remote]
    let errors: [String]
    let warnings: [String]

    init(_ report: PushReport) {
        remotes = report.stores.map { store in
            Remote(
                name: store.remote, uploaded: store.uploadedCount, bytes: store.uploadedBytes,
                wouldUpload: store.wouldUpload.map(Object.init),
                missing: store.missing.map(Object.init), failed: store.failed.map(Object.init))
        }
        errors = report.errors.map(\.summary)
        warnings = report.warnings.map(\.summary)
    }
}
