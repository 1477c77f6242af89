import Bytes
import Console
import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// A message that the sample engine received, reduced to the properties that it needs.
struct ReceivedEvent: Hashable {
    /// The event type: `wdfilter.sync.NewThreadDifferentProcess`.
    var type: String
    /// The event source: `/v1/hosts/default`.
    var source: String
    /// When the driver created the message.
    var time: String
    /// The event subject: `process/584` if the message is about a process.
    var subject: String?
    /// TypeOfOperation; nil for a ping, which is not a message.
    var operationCode: Int64?
    /// The message's number on its host; nil for a ping.
    var sequence: UInt64?
    /// The image in a CreateProcess; nil for other messages.
    var imageFileName: String?
    /// Whether a CreateProcess says that the process ended.
    var isExit = false
    /// The event's id.
    var id: String?
    /// Whether it was sent in binary mode, with the driver's exact bytes.
    var isBinary = false

    /// Why a request is not an event.
    enum Fault: Error, Hashable {
        /// Not a CloudEvent in structured or binary mode.
        case unknownMediaType
        /// The event is malformed, with the fault.
        case malformed(String)
    }

    /// Whether this is a ping.
    var isPing: Bool { type == "wdfilter.ping" }

    /// `sync`, `async`, `direct` or `ping`.
    var kind: String { part(1) }

    /// The operation's name; empty for a ping.
    var operation: String { part(2) }

    private func part(_ number: Int) -> String {
        let parts = type.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        return number < parts.count ? String(parts[number]) : ""
    }

    /// The host that sent it.
    var host: String { source.split(separator: "/").last.map(String.init) ?? source }

    /// The type of the message; nil for a ping and for a type that the driver does not have.
    var messageType: (kind: EngineMessage.Kind, operation: EngineMessage.Operation)? {
        guard let kind = EngineMessage.Kind(rawValue: kind), let operation = EngineMessage.Operation(name: operation)
        else { return nil }
        return (kind, operation)
    }

    /// Whether the driver reads the answer as one to CreateProcess.
    var isCreation: Bool { kind == "direct" && operation == AsyncOperation.createProcess.name }
}

extension ReceivedEvent {
    /// Parses a CloudEvent in either mode.
    init(_ request: Request) throws(Fault) {
        switch request.mediaType {
        case CloudEvent.structuredMediaType: self = try Self.structured(request.body) { ReceivedEvent(structured: $0) }
        case CloudEvent.binaryMediaType: try self.init(binary: request)
        default: throw .unknownMediaType
        }
        try check()
    }

    func check() throws(Fault) {
        guard type.hasPrefix("wdfilter.") else { throw .malformed("the event type does not start with wdfilter.") }
        guard isPing || operationCode != nil else { throw .malformed("the operation code is missing") }
    }

    /// Reads a body in JSON.
    static func structured<Value>(_ body: [UInt8], _ read: (JSONValue) -> Value?) throws(Fault) -> Value {
        do throws(JSONFaults) {
            return try JSONDocument.read(body, read)
        } catch {
            throw .malformed(error.faults.first.map { "\($0.pointer): \($0.detail)" } ?? "not an event")
        }
    }

    /// Reads an event in structured mode; nil after a fault was recorded.
    init?(structured root: JSONValue) {
        guard let event = root.openObject(),
            let type = event.required("type", { $0.string() }),
            let source = event.required("source", { $0.string() }),
            let time = event.required("time", { $0.string() })
        else { return nil }
        let data = event.optional("data", nullable: true) { $0.openObject() }
        self.init(
            type: type, source: source, time: time, subject: event.optional("subject") { $0.string() },
            operationCode: data?.optional("operationCode") { $0.integer(in: 0...Int64(Int32.max)) },
            sequence: data?.optional("sequence") { $0.unsigned(in: 0...UInt64.max) })
        id = event.optional("id") { $0.string() }
        if operation == AsyncOperation.createProcess.name {
            imageFileName = data?.optional("imageFileName") { $0.string() }
            isExit = data?.optional("createFlag") { $0.integer(in: 0...1) } == 0
        }
    }

    /// The attributes are in headers; the body, unless this is a ping, must be the message that they describe.
    private init(binary request: Request) throws(Fault) {
        let headers = request.head.headers
        guard let type = headers["ce-type"], let source = headers["ce-source"], let time = headers["ce-time"] else {
            throw .malformed("ce-type, ce-source or ce-time is missing")
        }
        self.init(
            type: type, source: source, time: time, subject: headers["ce-subject"],
            operationCode: headers["ce-operationcode"].flatMap { Int64($0) },
            sequence: headers["ce-sequence"].flatMap { UInt64($0) }, id: headers["ce-id"], isBinary: true)
        if isPing { return }
        let code: Int32
        do throws(MessageFault) {
            switch try Dissection(request.body).readable() {
            case .async(let message):
                code = message.operation.rawValue
                if message.operation == .createProcess, case .imageLoadAndProcess(let notify) = message.body {
                    (imageFileName, isExit) = (notify.imageFileName.text, !notify.createFlag)
                }
            case .sync(let message): code = message.operation.rawValue
            default: throw MessageFault(offset: 0, detail: "not a message")
            }
        } catch {
            throw .malformed("\(error.offset.hex()): \(error.detail)")
        }
        if Int64(code) != operationCode {
            throw .malformed("the operation code in the body differs from ce-operationcode")
        }
    }
}
