import ArgumentParser
import Testing

@testable import wdfilterd

@Suite struct HelpTests {
    private static let commands: [any ParsableCommand.Type] =
        [Wdfilterd.self] + Wdfilterd.configuration.subcommands

    /// A paragraph is one line of the discussion, which is wrapped to the terminal. A line that is broken in the source is
    /// wrapped again, in mid-sentence.
    @Test(arguments: commands.map { $0.configuration.commandName ?? "" })
    func `the discussion has one line for each paragraph, and examples that fit in 80 columns`(name: String) throws {
        let command = try #require(Self.commands.first { $0.configuration.commandName == name })
        let lines = command.configuration.discussion.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, next) in zip(lines, lines.dropFirst() + [""]) {
            if line.hasPrefix(" ") {
                #expect(line.count <= 80, "\(line)")
            } else {
                #expect(line.isEmpty || next.isEmpty || line.hasSuffix(":") && next.hasPrefix("  "), "\(line)")
            }
        }
    }

    @Test func `an unknown option is reported before options that do not fit together`() {
        for arguments in [
            ["vocabulary", "-f", "json"], ["engine", "--json", "--pint"], ["replay", "-", "-", "--no"],
        ] {
            let error = #expect(throws: (any Error).self) { try Wdfilterd.parseAsRoot(arguments) }
            #expect(error.map { Wdfilterd.message(for: $0).hasPrefix("Unknown option '-") } == true)
        }
    }
}
