import Bytes
import COpenAPI
import JSON
import MicroHTTPD
import YAML

extension NotificationAPI {
    /// The text of openapi.yaml, compiled in.
    public static var openAPIDocument: [UInt8] { Array(OpenAPIDocument.yaml.bytes) }
}

/// The representations of openapi.yaml.
enum OpenAPIDocument {
    static let yaml = ConstantBytes(of: UnsafeBufferPointer(start: openapi_yaml(), count: openapi_yaml_size()))

    /// The document as JSON, converted on the first request.
    static let json: ConstantBytes = {
        let limits = YAMLStream.Limits(nodes: 1 << 20, textBytes: 1 << 24)
        let stream = YAMLStream(Array(yaml.bytes), limits: limits, dialect: .strict)
        guard stream.faults.isEmpty, stream.documents.count == 1 else {
            preconditionFailure("the compiled-in openapi.yaml is not one YAML document: \(stream.faults)")
        }
        var json = JSONWriter(reserving: yaml.bytes.count)
        json.value(stream.documents[0])
        json.newline()
        return ConstantBytes(copying: json.bytes)
    }()
}

extension JSONWriter {
    /// Writes a YAML node and everything in it.
    fileprivate mutating func value(_ node: YAMLNode) {
        switch node.content {
        case .mapping(let members):
            object { json in
                for member in members { json.member(key: member.key) { $0.value(member.value) } }
            }
        case .list(let items):
            array { json in
                for item in items { json.value(item) }
            }
        case .scalar(let scalar) where scalar.isPlain && scalar.text.isJSON: value(json: Array(scalar.text.utf8))
        case .scalar(let scalar): value(scalar.text)
        }
    }
}

extension String {
    /// Whether this plain text of YAML is a value that JSON writes alike. openapi.yaml has no other notations.
    fileprivate var isJSON: Bool {
        if ["true", "false", "null"].contains(self) { return true }
        let parts = utf8.dropFirst(utf8.first == UInt8(ascii: "-") ? 1 : 0)
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy(\.isDecimal)
    }
}
