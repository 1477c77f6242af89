import Driver
import JSON
import Messages
import Vocabulary

extension VocabularyEntries {
    /// Writes the entries as one object; lists without entries are left out.
    func write(to json: inout JSONWriter) {
        json.object { json in
            for (group, terms) in groups where !terms.isEmpty {
                json.member(key: group.member) { json in
                    json.array { json in
                        for term in terms {
                            term.write(to: &json) { DriverRoutine.named(term)?.writeConditions(to: &$0) }
                        }
                    }
                }
            }
            if !conditions.isEmpty {
                json.member("conditions", each: conditions) { json, condition in condition.write(to: &json) }
            }
            if !problems.isEmpty { json.member("problems", each: problems) { json, type in type.write(to: &json) } }
            if !layouts.isEmpty { json.member("layouts", each: layouts) { json, layout in layout.write(to: &json) } }
        }
    }

    /// The JSON of the entries, as the API answers.
    public var json: [UInt8] {
        var json = JSONWriter(reserving: 4096)
        write(to: &json)
        json.newline()
        return json.bytes
    }
}

extension Term {
    /// Writes the term, and then the members that `more` writes.
    fileprivate func write(to json: inout JSONWriter, more: (inout JSONWriter) -> Void) {
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
            more(&json)
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
