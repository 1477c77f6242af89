import ArgumentParser
import Console
import JSON
import Logging

/// `wdfilterd version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the versions of wdfilterd and its libraries.",
        discussion: """
            Each library reports its own version: the one in use, not the one at build time.

            Examples:
              wdfilterd version
              wdfilterd version --json | jq -r .version
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var log: LogOptions

    /// The version of the program, as `--version` prints it.
    static let line = "wdfilterd \(Version.current) (\(Version.build), Swift \(Version.swift))"

    func run() throws {
        let libraries = LibraryVersions.all
        log.logger("version").debug("library versions read", metadata: ["count": "\(libraries.list.count)"])
        guard json else {
            let lines =
                [VersionCommand.line]
                + libraries.list.map { "\($0.name) \($0.version)" }
            return try StandardStream.output.deliverLine(lines.joined(separator: "\n"))
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("version", Version.current)
            writer.member("build", Version.build)
            writer.member("swift", Version.swift)
            writer.member("libraries") { writer in
                writer.object { writer in
                    for (name, version) in libraries.list { writer.member(key: name, version) }
                }
            }
        }
        try StandardStream.output.deliverLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}
