import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

extension DriverRoutine {
    /// The routine whose term it is; nil for terms of other groups.
    static func named(_ term: Term) -> DriverRoutine? { allCases.first { $0.term == term } }

    /// Writes the member `conditions`.
    func writeConditions(to json: inout JSONWriter) {
        json.member("conditions", each: conditions) { json, condition in condition.write(to: &json) }
    }
}

extension Condition {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("check", check.text)
            json.member("rule", check.rule)
            json.member("kind", kind.rawValue)
            json.member("whenTrue", whenTrue.next ?? "end")
            json.member("whenFalse", whenFalse.next ?? "end")
            json.member("sends", each: whenTrue.sends) { json, type in json.value(type.name) }
            json.member("sendsWhenFalse", each: whenFalse.sends) { json, type in json.value(type.name) }
            if let failure {
                json.member("because", failure.because)
                json.member("remedy") { failure.remedy.write(to: &$0) }
            }
        }
    }
}

extension MessageType {
    /// `sync NewThreadDifferentProcess`.
    fileprivate var name: String { "\(kind.rawValue) \(operation.name)" }
}

extension Remedy {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("text", text)
            guard let call else { return }
            json.member("call") { json in
                json.object { json in
                    json.member("method", call.method.rawValue)
                    json.member("path", "/v1/hosts/{host}\(call.path)")
                    json.member("body") { call.writeBody(to: &$0) }
                }
            }
        }
    }
}

extension Remedy.Call {
    fileprivate var method: Method {
        switch self {
        case .rules, .flags, .streamContextRules: .patch
        case .streamContext: .post
        }
    }

    fileprivate var path: String {
        switch self {
        case .rules: "/processes/{pid}/rules"
        case .flags: "/processes/{pid}/flags"
        case .streamContext: "/stream-contexts"
        case .streamContextRules: "/stream-contexts/{id}/rules"
        }
    }

    fileprivate func writeBody(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .rules(let change): json.members(of: change)
            case .flags(let change): json.members(of: change)
            case .streamContextRules(let change): json.members(of: change)
            case .streamContext(let rules):
                json.member("fileName", "{image}" as StaticString)
                json.member("rules", each: rules.names) { json, name in json.value(name) }
            }
        }
    }
}

extension JSONWriter {
    /// Writes a change of a word, as requests have it.
    fileprivate mutating func members<Word: NamedWord>(of change: WordChange<Word>) {
        func member(_ name: StaticString, _ word: Word) {
            if !word.isEmpty { self.member(name, each: word.names) { json, name in json.value(name) } }
        }
        switch change {
        case .replace(let word): member(Word.member, word)
        case .modify(let set, let clear):
            member("set", set)
            member("clear", clear)
        }
    }
}
