import ArgumentParser
import Console
import Logging
import Settings

/// `wdfilterd check-config FILE`.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a configuration file and report all faults, with line and key.",
        discussion: """
            Only the file itself is checked: environment variables are ignored, and files that it names are not read. \
            Exit code 0 if there are no faults, 2 otherwise.

            Examples:
              wdfilterd check-config Config/wdfilterd.yaml
              wdfilterd check-config /etc/wdfilterd/wdfilterd.yaml \\
                && systemctl restart wdfilterd
            """)

    @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var log: LogOptions

    func run() throws {
        let logger = log.logger("check-config")
        let settingsFile = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            try SettingsFile(path: file)
        }
        logger.debug("configuration file read", metadata: ["bytes": "\(settingsFile.text.utf8.count)"])
        _ = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            try Settings.load(file: settingsFile, environment: [:])
        }
        try StandardStream.output.deliverLine("\(file): no faults")
    }
}
