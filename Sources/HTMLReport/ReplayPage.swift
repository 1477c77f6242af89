import Bytes
public import HTML
import Messages
public import Replay

/// The report of a replay as a page (REP-3).
///
/// Recordings and services are not trusted: `HTMLWriter` escapes their texts, and every list has a limit (REP-4). It does not say
/// how long the replay took, so that the same recording and options give the same bytes (REP-5).
public struct ReplayPage {
    /// Facts that are not in the report.
    public struct Notes {
        /// The engine, as the subject of a sentence.
        public var engineName = ReplayAnswer.engineOfService
        /// Why no delays were measured.
        public var whyNoDelays = "the service has no clock that runs like that of the recording"
        /// Things that the reader should know before the figures, a phrase each.
        public var warnings: [String] = []
        /// What was met in the files and not read, a line each.
        public var unread: [String] = []
        /// The name of the file of the report that this one is compared with.
        public var earlierFile: String?
        /// Where everything is that the page leaves out, a phrase.
        public var whereToFind = "ask for application/json, which has all"

        /// The notes on a report of a service.
        public init() {}
    }

    let report: ReplayReport
    let notes: Notes
    /// Whether the recording has more than one day, so that times need their date.
    private let hasSeveralDays: Bool

    /// A page of `report`.
    public init(_ report: ReplayReport, _ notes: Notes = Notes()) {
        (self.report, self.notes) = (report, notes)
        let days = report.timeline.map { [$0.firstEvent, $0.lastEvent].map { $0.rfc3339.prefix(10) } } ?? []
        hasSeveralDays = days.first != days.last
    }

    /// The page.
    public var html: [UInt8] {
        ReportFrame(title).page(header: writeHeader) { html in
            if let timeline = report.timeline { write(timeline, to: &html) }
            writeLosses(to: &html)
            writeComparison(to: &html)
            html.write(report.coverage)
            writeDeliveries(to: &html)
            writeProcesses(to: &html)
            writeRecording(to: &html)
            writeSettings(to: &html)
        }
    }

    /// The title of the page.
    public var title: String { "\(name): wdfilterd replay" }

    /// Writes the settings of the replay, as far as they are known.
    public func writeSettings(to html: inout HTMLWriter) {
        if let settings = report.settings { html.write(settings, whereToFind: notes.whereToFind) }
    }

    /// The names of the recordings, or of their machines.
    var name: String {
        let files = report.settings?.files ?? []
        if !files.isEmpty { return Self.list(files.map { $0 == "-" ? "standard input" : $0 }) }
        return report.machines.isEmpty ? "Replay" : "Replay of \(Self.list(report.machines.compactMap(\.name)))"
    }

    /// `a, b, c and 3 more`.
    static func list(_ names: [String]) -> String {
        let most = 3
        let shown = names.prefix(most).map(\.cut).joined(separator: ", ")
        return names.count > most ? "\(shown) and \((names.count - most).grouped) more" : shown
    }

    /// Whether rows name their machine.
    var namesMachine: Bool { report.machines.count > 1 }

    /// A time of RFC 3339 without the parts that the reader knows: `10:15:30.123`.
    func clock(_ time: String) -> String {
        let clock = String(time.dropFirst(11).prefix(12))
        return hasSeveralDays ? "\(time.prefix(10)) \(clock)" : clock
    }

    /// `1000 notepad.exe`.
    func process(_ processId: UInt32?, _ imageFileName: String?) -> ReportCell {
        guard let processId else { return .value("", sortedBy: -1) }
        return .text("\(processId)" + (imageFileName.map { " \($0.lastPathPart)" } ?? ""))
    }

    func machineColumn() -> [ReportTable.Column] { namesMachine ? [.text("machine")] : [] }

    func machineCell(_ machine: String?) -> [ReportCell] { namesMachine ? [.text(machine ?? "")] : [] }
}
