import Driver
import JSON
import Messages
import MicroHTTPD
import Vocabulary

extension NotificationAPI {
    /// The answer to `GET /v1/vocabulary`.
    public static var vocabulary: [UInt8] { Array(vocabularyBytes.bytes) }

    /// The answer, written on the first request and shared by all.
    static let vocabularyBytes: ConstantBytes = {
        var json = JSONWriter(reserving: 65_536)
        Vocabulary.write(to: &json)
        json.newline()
        return ConstantBytes(copying: json.bytes)
    }()
}

extension Vocabulary {
    /// Writes the answer to `GET /v1/vocabulary`.
    static func write(to json: inout JSONWriter) {
        json.object { json in
            for group in groups {
                json.member(key: group.member) { json in
                    json.array { json in
                        for term in group.terms { term.write(to: &json) }
                    }
                }
            }
            json.member("conditions", each: conditions) { json, condition in condition.write(to: &json) }
            json.member("layouts", each: layouts) { json, layout in layout.write(to: &json) }
        }
    }
}

extension Term {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("driverName") { json in
                if let driverName { json.value(driverName) } else { json.null() }
            }
            switch value {
            case .number(let number): json.member("value", number)
            case .hex(let number): json.member("value", hex: number)
            case .status(let status): json.member("value", hex: UInt64(status), digits: 8)
            case nil: break
            }
            json.member("status", provenance.status.rawValue)
            json.member("source", provenance.source)
            json.member("meaning", explanation)
        }
    }
}

extension Check.Line {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("routine", check.routine.name)
            json.member("check", String(describing: text))
            json.member("rule", rule)
            json.member("meaning", meaning)
        }
    }
}

extension Vocabulary.Layout {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", structure.name)
            json.member("operations", each: operations) { json, name in json.value(name) }
            json.member("status", structure.provenance.status.rawValue)
            json.member("source", structure.provenance.source)
            json.member("fields", each: structure.fields) { json, field in
                field.write(to: &json, in: structure)
            }
        }
    }
}

extension LayoutField {
    fileprivate func write(to json: inout JSONWriter, in structure: StructureLayout) {
        let provenance = provenance ?? structure.provenance
        json.object { json in
            json.member("offset") { json in
                if let offset { json.value(offset) } else { json.null() }
            }
            json.member("size") { json in
                if let size { json.value(size) } else { json.null() }
            }
            json.member("name", name)
            json.member("type", typeName)
            json.member("member") { json in
                if let member { json.value(member) } else { json.null() }
            }
            json.member("status", provenance.status.rawValue)
            json.member("source", provenance.source)
            if let note { json.member("note", note) }
        }
    }
}
