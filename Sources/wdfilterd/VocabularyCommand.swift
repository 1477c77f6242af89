import ArgumentParser
import Console
import Logging
import NotificationAPI
import Vocabulary

/// `wdfilterd vocabulary`.
struct VocabularyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocabulary",
        abstract: "Print every name and layout of the driver, each with its source.",
        discussion: """
            The content is that of GET /v1/vocabulary, docs/glossary.md and docs/messages.md.

            Examples:
              wdfilterd vocabulary | jq '.rules[] | {name, value, status}'
              wdfilterd vocabulary --format messages | less
            """)

    /// The output format.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        /// One JSON object, as in the API.
        case json
        /// Names, as a page of Markdown.
        case glossary
        /// Layouts, as a page of Markdown.
        case messages
        /// Names, settings and counters, as schemas of openapi.yaml.
        case schemas
    }

    @Option(
        help:
            "What to print: json = everything, glossary or messages = a page of Markdown, schemas = a part of openapi.yaml."
    )
    var format = Format.json

    @OptionGroup var log: LogOptions

    func run() throws {
        log.logger("vocabulary").debug("printing the vocabulary", metadata: ["layouts": "\(Vocabulary.layouts.count)"])
        switch format {
        case .json:
            try StandardStream.output.deliver(String(decoding: NotificationAPI.vocabulary, as: UTF8.self))
        case .glossary: try StandardStream.output.deliver(Vocabulary.glossaryPage)
        case .messages: try StandardStream.output.deliver(Vocabulary.messagesPage)
        case .schemas: try StandardStream.output.deliver(Vocabulary.schemas)
        }
    }
}
