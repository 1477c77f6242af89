import MicroHTTPD
import RecordText
import Replay

extension Problem {
    /// What to do with a file that is not text.
    static let hintOnFiles =
        " Unpack an archive, and convert an .evtx file (evtx_dump -o jsonl FILE); wdfilterd replay --server does both."

    /// The problem of a body that is an archive, a compressed file or an event log of Windows; nil for a text.
    init?(_ container: Container) {
        let name: String
        switch container {
        case .text: return nil
        case .archive: name = "an archive or a compressed file"
        case .eventLog: name = "an event log of Windows (.evtx)"
        }
        self.init(.unsupportedMediaType, "The body is \(name), not records as text.\(Self.hintOnFiles)")
    }

    /// The problem of native lines with a media type that only records of event logs have; nil for any other type.
    init?(mediaTypeOfNativeLines head: RequestHead) {
        let others: [MediaType] = [.json, .xml, .textXML]
        guard head.headers.firstSatisfies("Content-Type", { type in others.contains { $0.matches(contentType: type) } })
        else { return nil }
        self.init(
            .unsupportedMediaType,
            "Native lines are application/x-ndjson or application/octet-stream. For records of an event log, add format=sysmon."
        )
    }
}
