import Driver
import DriverJSON
import JSON
import Testing

@Suite struct RuleWordTests {
    private static let mask =
        #"must be an array of rules, such as ["NotifyProcessCmdLine"], or a mask, such as "0x1f", not"#
    private static let names = ProcessRules.allNames.joined(separator: ", ")

    private func faults<Word: NamedBits>(
        _ text: String, of type: Word.Type = ProcessRules.self, integers: Bool = false
    ) -> String? {
        do throws(JSONFaults) {
            _ = try JSONDocument.read(Array(text.utf8)) { $0.bits(of: type, integersInArray: integers) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"["NotifyImageLoad"]"#, #"/0: "NotifyImageLoad" is not a rule; did you mean NotifyImageLoadRule?"#),
        (#"["Nonsense"]"#, #"/0: "Nonsense" is not a rule; use one of \#(names)"#),
        (#"["0xzz"]"#, #"/0: must be the name of a rule, or a mask in quotes of at most 0xffffffff, not "0xzz""#),
        ("[31]", #"/0: must be the name of a rule, or a mask in quotes of at most 0xffffffff, not 31; write "0x1f""#),
        ("[true]", "/0: must be the name of a rule, or a mask in quotes of at most 0xffffffff, not true"),
        (#"["TrustedProcess"]"#, #"/0: "TrustedProcess" is not a rule, but a flag"#),
        (#"["400000"]"#, #"/0: "400000" is not a rule; write 0x400000 for a mask"#),
        ("\"NotifyImageLoadRule\"", #"\#(mask) "NotifyImageLoadRule"; did you mean ["NotifyImageLoadRule"]?"#),
        ("\"ImageLoads\"", #"\#(mask) "ImageLoads""#), ("4294967296", "\(mask) 4294967296"), ("null", "\(mask) null"),
        ("{}", "\(mask) an object"),
    ])
    func `a fault of a rule names the wrong word and the one that was meant`(text: String, fault: String) {
        #expect(faults(text) == fault)
    }

    @Test func `a word is called as its bits are`() {
        #expect(
            faults(#"["TrustedProces"]"#, of: ProcessFlags.self)
                == #"/0: "TrustedProces" is not a flag; did you mean TrustedProcess?"#)
        #expect(
            faults("true", of: StreamContextRules.self)?.hasPrefix("must be an array of stream context rules") == true)
    }

    @Test func `an engine's reply may also have integers in the array`() {
        #expect(faults("[1,\"0x2\",\"NotifyImageLoadRule\"]", integers: true) == nil)
        #expect(
            faults("[4294967296]", integers: true)
                == "/0: must be the name of a rule, or a mask of at most 0xffffffff, not 4294967296")
    }

    @Test func `only the first wrong names of a document have hints`() {
        let words = Array(repeating: #""NotifyImageLoad""#, count: 20).joined(separator: ",")
        let found = faults("[\(words)]")?.split(separator: "did you mean").count
        #expect(found == 9)
    }
}
