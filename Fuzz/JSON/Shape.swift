import Driver
import DriverJSON
import FuzzFinding
import JSON
import Messages

/// A request or a part of one that is read from JSON.
struct Shape {
    let name: String
    private let isReadAlike: @Sendable ([UInt8], [UInt8]) -> Bool

    /// Whether two documents have the same content, or the same faults.
    func isReadAlike(_ one: [UInt8], _ other: [UInt8]) -> Bool { isReadAlike(one, other) }

    private init<Value: Equatable & Sendable>(_ name: String, _ read: @escaping @Sendable (JSONValue) -> Value?) {
        self.name = name
        isReadAlike = { Shape.outcome(of: $0, read) == Shape.outcome(of: $1, read) }
    }

    private static func outcome<Value>(
        of bytes: [UInt8], _ read: (JSONValue) -> Value?
    ) -> Result<Value, JSONFaults> {
        do throws(JSONFaults) {
            return .success(try JSONDocument.read(bytes, read))
        } catch {
            check(error)
            expect(error.faults != unsaid, "refused without a fault")
            return .failure(JSONFaults(faults: error.faults.map(\.withoutFinding)))
        }
    }

    /// The fault of a reader that returned nothing without recording a fault, which must not happen.
    private static let unsaid = [JSONFault(pointer: "", detail: "the document is not valid here")]

    static let all: [Shape] =
        [
            Shape("process") { ProcessCreation($0) },
            Shape("thread") { ThreadCreation($0) },
            Shape("image") { ImageLoad($0) },
            Shape("driver") { DriverLoad($0) },
            Shape("stream context") { StreamContextCreation($0) },
            Shape("policy") { RulePolicy($0) },
            Shape("rules") { WordReplacement<ProcessRules>($0) },
            Shape("flags") { WordModification<ProcessFlags>($0) },
            Shape("stream rules") { WordModification<StreamContextRules>($0) },
        ] + AsyncOperation.allCases.map { operation in Shape(operation.name) { notification(operation, $0) } }

    /// A notification of the asynchronous structure: its bytes, and its members as JSON, are read as the same message.
    private static func notification(_ operation: AsyncOperation, _ value: JSONValue) -> AsyncBody? {
        guard let body = value.openObject().flatMap({ AsyncBody(operation, in: $0) }) else { return nil }
        let message = AsyncMessage(operation: operation, body: body)
        let dissection = Dissection(message.bytes)
        expect(dissection.content == .async(message), "\(message) has other bytes: \(dissection.faults)")
        expect(dissection.remarks.isEmpty, "\(message) is remarkable: \(dissection.remarks)")
        expect(AsyncBody(operation, writtenAs: message.members) == body, "\(message) has other members")
        return body
    }
}

extension AsyncBody {
    /// Reads the JSON that is written for `members`.
    fileprivate init?(_ operation: AsyncOperation, writtenAs members: [MessageMember]) {
        var json = JSONWriter()
        json.object { json in
            if operation.hasLayout {
                json.member("data") { json in
                    json.object { json in
                        for member in members { json.member(member) }
                    }
                }
            } else {
                for member in members { json.member(member) }
            }
        }
        do {
            self = try JSONDocument.read(json.bytes) { $0.openObject().flatMap { AsyncBody(operation, in: $0) } }
        } catch {
            finding("\(String(decoding: json.bytes, as: UTF8.self)): \(error)")
        }
    }
}

extension JSONFault {
    /// The fault without what was found. Fractions are written otherwise than they were read.
    fileprivate var withoutFinding: JSONFault {
        JSONFault(pointer: pointer, detail: detail.text(before: ", not "))
    }
}

extension String {
    /// The text before the last `separator`; the whole text if it does not occur.
    fileprivate func text(before separator: String) -> String {
        ranges(of: separator).last.map { String(self[..<$0.lowerBound]) } ?? self
    }
}
