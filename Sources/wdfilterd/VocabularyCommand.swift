import ArgumentParser
import Bytes
import Console
import Logging
import NotificationAPI
import Vocabulary

/// `wdfilterd vocabulary`.
struct VocabularyCommand: CheckedCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocabulary",
        abstract: "Explain a name of the driver, or print every name and layout, each with its source.",
        discussion: """
            With a NAME: the meaning, value and source of a rule, flag, operation, status, routine, event, counter, setting, \
            structure, condition, layout or type of problem, under our name, the driver's or its value in hex. Without: all of \
            them, as GET /v1/vocabulary answers and as docs/glossary.md and docs/messages.md have them.

            Examples:
              wdfilterd vocabulary NotifyImageLoadRule
              wdfilterd vocabulary 0xC0000001
              wdfilterd vocabulary CreateProcess --format json | jq .layouts
              wdfilterd vocabulary | jq '.rules[] | {name, value, status}'
              wdfilterd vocabulary --format messages | less
            """)

    /// The output format.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        /// For people.
        case text
        /// One JSON object, as in the API.
        case json
        /// Names, as a page of Markdown.
        case glossary
        /// Layouts, as a page of Markdown.
        case messages
        /// Names, settings and counters, as schemas of openapi.yaml.
        case schemas
    }

    @Argument(help: "The name, or its value in hex, to explain.")
    var name: String?

    @Option(
        help: """
            What to print: text = for people, json = as the API answers, glossary or messages = a page of Markdown, schemas = a \
            part of openapi.yaml. A NAME can be text, the default, or json; everything is json unless this says otherwise.
            """)
    var format: Format?

    @OptionGroup var log: LogOptions

    func checkOptions() throws(ValidationError) {
        guard let name else { return }
        if VocabularyEntries.named(name) == nil { throw ValidationError(VocabularyEntries.fault(ofName: name)) }
        if let format, format != .text, format != .json {
            throw ValidationError("--format \(format.rawValue) prints everything; leave out \(name.quoted()).")
        }
    }

    func run() throws {
        log.logger("vocabulary").debug("printing the vocabulary", metadata: ["layouts": "\(Vocabulary.layouts.count)"])
        let entries = name.flatMap(VocabularyEntries.named) ?? .all
        let text =
            switch format ?? (name == nil ? .json : .text) {
            case .text: entries.text
            case .json: String(decoding: entries.json, as: UTF8.self)
            case .glossary: Vocabulary.glossaryPage
            case .messages: Vocabulary.messagesPage
            case .schemas: Vocabulary.schemas
            }
        try StandardStream.output.deliver(text)
    }
}
