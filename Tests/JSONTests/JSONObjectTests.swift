import JSON
import Testing

@Suite struct JSONObjectTests {
    @Test func `all faults of a document are reported together, in document order, missing members last`() {
        let text = #"""
            {"nope":1, "pid":-1, "name":"a\u0000", "pid":2, "rules":["x", 7, {"deep":[null]}],
             "token":{"level":"high","extra":{}}, "a/b~c":true}
            """#
        let result = read(text) { root -> Bool? in
            guard let object = root.object(allowing: ["pid", "name", "rules", "token", "image"]) else { return nil }
            _ = object.required("image") { $0.string() }
            _ = object.optional("token") { value -> UInt64? in
                guard let token = value.object(allowing: ["level", "type"]) else { return nil }
                _ = token.required("type") { $0.unsigned(in: 0...3) }
                return token.required("level") { $0.unsigned(in: 0...3) }
            }
            _ = object.optional("rules") { $0.array(maxCount: 10)?.compactMap { $0.string() } }
            _ = object.optional("name") { $0.string() }
            _ = object.required("pid") { $0.unsigned(in: 0...9) }
            return true
        }
        #expect(
            result.faults == [
                "/nope: unknown member; use one of pid, name, rules, token, image",
                "/pid: must be an integer from 0 to 9, not -1",
                "/name: contains a NUL", "/pid: duplicate member", "/rules/1: must be a string, not 7",
                "/rules/2: must be a string, not an object",
                "/token/level: must be an integer from 0 to 3, not a string",
                "/token/extra: unknown member; use one of level, type",
                "/token/type: required, but missing",
                "/a~1b~0c: unknown member; use one of pid, name, rules, token, image",
                "/image: required, but missing",
            ])
    }

    @Test func `a deprecated name is reported once per document, also beside faults`() {
        let old = DeprecatedName("old", replacement: "new", since: "0.3.0")
        for (text, isValid) in [(#"{"old":1}"#, true), (#"{"old":"x"}"#, false)] {
            var reported: [DeprecatedName] = []
            let result = try? JSONDocument.read(Array(text.utf8), onDeprecated: { reported.append($0) }) { root in
                root.recordUse(of: old)
                root.recordUse(of: old)
                return root.openObject()?.required("old") { $0.unsigned(in: 0...9) }
            }
            #expect((result != nil) == isValid)
            #expect(reported == [old])
        }
    }

    @Test func `a pointer escapes names and counts elements`() {
        let text = #"{"":[0,{"~1/":[[],["\u0000x"]],"é\"":1}]}"#
        let result = read(text) { root -> Bool? in
            let element = root.openObject()?[""]?.array(maxCount: 2)?[1].openObject()
            element?["~1/"]?.array(maxCount: 2)?[1].array(maxCount: 1)?[0].fault("here")
            element?["é\""]?.fault("there")
            root.fault("everywhere")
            #expect(element?.value.pointer == "//1")
            return true
        }
        #expect(result.faults == [": everywhere", "//1/~01~1/1/0: here", "//1/é\": there"])
    }

    @Test func `a member's name is compared unescaped and byte for byte`() {
        #expect(read(#"{"p\u0069d":1}"#) { $0.object(allowing: ["pid"])?["pid"]?.unsigned(in: 0...1) }.value == 1)
        #expect(read(#"{"pid":1,"\u0070id":2}"#) { $0.object(allowing: ["pid"])?.value.kind }.faults.count == 1)
        #expect(read(#"{"PID":1,"pi":2,"pidd":3}"#) { $0.object(allowing: ["pid"])?.value.kind }.faults.count == 3)
        // One text for Swift's strings, but two for JSON.
        #expect(read("{\"e\u{301}\":1}") { $0.object(allowing: ["é"])?.value.kind }.faults.count == 1)
        #expect(read("{\"e\u{301}\":1,\"é\":2}") { $0.dictionary(maxCount: 2)?.value.kind }.value == .object)
    }

    @Test func `every repetition of a member is a fault, and the first one counts`() {
        let text = #"{"a":1,"b":2,"a":3,"a":4}"#
        var seen: UInt64?
        let result = read(text) { root -> Bool? in
            seen = root.object(allowing: ["a", "b"])?.required("a") { $0.unsigned(in: 0...9) }
            return true
        }
        #expect(seen == 1)
        #expect(result.faults == ["/a: duplicate member"])
    }

    @Test func `an open object accepts unknown members and refuses duplicates of those that are read`() {
        let text = #"{"x":1,"x":2,"a":1}"#
        #expect(read(text) { $0.openObject()?["a"]?.unsigned(in: 0...9) }.value == 1)
        #expect(read(text) { $0.openObject()?["x"]?.unsigned(in: 0...9) }.faults == ["/x: duplicate member"])
        #expect(read(text) { $0.openObject()?["y"] == nil }.value == true)
    }

    @Test func `null is not a value for an optional member unless requested`() {
        func optional(_ text: String, nullable: Bool) -> Result<String, JSONFaults> {
            read(text) { root in
                root.object(allowing: ["a"]).map { object in
                    object.optional("a", nullable: nullable) { $0.string() } ?? "none"
                }
            }
        }
        #expect(optional("{}", nullable: false).value == "none")
        #expect(optional(#"{"a":null}"#, nullable: false).faults == ["/a: must be a string, not null"])
        #expect(optional(#"{"a":null}"#, nullable: true).value == "none")
        #expect(optional(#"{"a":1}"#, nullable: true).faults == ["/a: must be a string, not 1"])
        #expect(optional(#"{"a":"b"}"#, nullable: true).value == "b")
    }

    @Test func `a dictionary accepts any names, each once`() {
        let text = #"{"b":"1","":"2","a":"3"}"#
        let members = read(text) { $0.dictionary(maxCount: 3)?.map { "\($0.name)=\($0.value.string() ?? "")" } }
        #expect(members.value == ["b=1", "=2", "a=3"])
        func faults(_ text: String) -> [String] {
            read(text) { $0.dictionary(maxCount: 3, maxUTF16: 2)?.value.kind }.faults
        }
        #expect(faults(#"{"a":1,"b":2,"":3,"c":4}"#) == [": has 4 members, at most 3 are allowed"])
        #expect(faults(#"{"a":1,"b":2,"\u0061":3}"#) == ["/a: duplicate member"])
        #expect(
            faults(#"{"a":1,"bcd":2,"a":3}"#) == [
                "/bcd: the name has more than 2 UTF-16 units", "/a: duplicate member",
            ])
        #expect(faults(#"{"":1,"":2}"#) == ["/: duplicate member"])
        #expect(
            faults(#"{"\u0000":1,"😀":1,"😀a":1}"#) == [
                "/\0: the name contains a NUL", "/😀a: the name has more than 2 UTF-16 units",
            ])
    }

    @Test func `64 allowed members are distinguished`() {
        let names: [StaticString] = Array(repeating: "x", count: 61) + ["y", "z", "a"]
        let result = read(#"{"y":1,"z":2,"a":3,"z":4,"y":5,"x":6}"#) { $0.object(allowing: names)?.value.kind }
        #expect(result.faults == ["/z: duplicate member", "/y: duplicate member"])
    }

    @Test func `the list of faults is limited and says how many are missing`() {
        let text = "[" + Array(repeating: "1", count: 50).joined(separator: ",") + "]"
        let error = #expect(throws: JSONFaults.self) {
            try JSONDocument.read(Array(text.utf8), maxFaults: 10) { $0.array(maxCount: 50)?.map { $0.string() } }
        }
        #expect(error?.faults.count == 11)
        #expect(error?.faults.last == JSONFault(pointer: "", detail: "40 further faults are not listed"))
    }

    @Test func `a refusal by the body and recorded faults both end in faults`() {
        #expect(read("1") { _ -> Int? in nil }.faults == [": the document is not valid here"])
        let recorded = read("1") { value -> Int? in
            value.fault("odd")
            return 1
        }
        #expect(recorded.faults == [": odd"])
    }

    @Test func `a document can be read within another`() {
        let outer = read(#"{"inner":"[1,\"\\u00e9\"]","after":"\u00e9"}"#) { root -> [String?]? in
            guard let object = root.object(allowing: ["inner", "after"]) else { return nil }
            let inner = object.required("inner") { $0.string() } ?? ""
            let nested = read(inner) { $0.array(maxCount: 2)?[1].string() }
            return [nested.value, object.required("after") { $0.string() }]
        }
        #expect(outer.value == ["é", "é"])
    }
}
