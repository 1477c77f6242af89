import Driver
import Glibc
import Messages
import Testing
import Vocabulary

@Suite struct VocabularyTests {
    private func group(_ member: String) throws -> [Term] {
        try #require(Vocabulary.groups.first { $0.member == member }).terms
    }

    @Test func `each name appears once in its group, with a meaning and a source`() {
        for group in Vocabulary.groups {
            #expect(Set(group.terms.map(\.name)).count == group.terms.count, "\(group.member)")
            for term in group.terms {
                #expect(!term.meaning.isEmpty && !term.provenance.source.isEmpty, "\(term.name)")
                #expect(!term.meaning.hasSuffix("."), "\(term.name)")
            }
        }
    }

    @Test func `DATA-3, DATA-4, SYN-1, ASY-1: every rule, flag, operation and status has its value`() throws {
        #expect(try group("rules").map(\.value) == ProcessRules.table.map { .hex(UInt64($0.bit)) })
        #expect(try group("flags").map(\.value) == ProcessFlags.table.map { .hex(UInt64($0.bit)) })
        #expect(try group("syncOperations").map(\.name) == SyncOperation.allCases.map(\.name))
        #expect(
            try group("asyncOperations").map(\.value) == AsyncOperation.allCases.map { .number(Int64($0.rawValue)) })
        #expect(try group("statuses").map(\.name) == NTStatus.table.map(\.term.name))
        #expect(try group("routines").map(\.name) == DriverRoutine.allCases.map(\.name))
    }

    @Test func `every operation with a layout has a table, and each table appears once`() {
        let names = Vocabulary.layouts.map(\.structure.name)
        #expect(Set(names).count == names.count)
        let covered = Set(Vocabulary.layouts.flatMap(\.operations))
        let expected = AsyncOperation.allCases.filter(\.hasLayout).map(\.name) + SyncOperation.allCases.map(\.name)
        #expect(covered == Set(expected))
    }

    /// The explanation of a name in the vocabulary, and the line of the glossary that says the same.
    private func explanation(of name: String, in member: String) throws -> String {
        let term = try #require(try group(member).first { $0.name == name })
        let line = Vocabulary.glossaryPage.split(separator: "\n").first { $0.hasPrefix("| `\(name)` ") }
        #expect(try #require(line).contains(term.meaning), "\(name)")
        return term.explanation
    }

    private func field(_ name: String, of structure: String) throws -> LayoutField {
        let layout = try #require(Vocabulary.layouts.first { $0.structure.name == structure })
        return try #require(layout.structure.fields.first { $0.name == name })
    }

    @Test func `COR-1, THR-4: the image name of a CreateThread is disputed, and the setting says so`() throws {
        let name = try field("ImageFileName", of: "ThreadNotify")
        #expect(name.provenance?.status == .disputed)
        let setting = try #require(try group("settings").first { $0.name == "createThreadImageFileName" })
        #expect(setting.provenance.status == .disputed)
        let rows = Vocabulary.messagesPage.split(separator: "\n").filter { $0.contains("createThreadImageFileName") }
        #expect(rows.count == 1 && rows.allSatisfy { $0.contains("| disputed |") })
    }

    @Test func `COR-2: the operation of an OpenDesktop is 0 for a creation and 1 for a duplication`() throws {
        let operation = try field("Operation", of: "ObDesktopHandle")
        #expect(operation.valueNames?.names == [0: "OB_OPERATION_HANDLE_CREATE", 1: "OB_OPERATION_HANDLE_DUPLICATE"])
        #expect(Vocabulary.messagesPage.contains("0x0 OB_OPERATION_HANDLE_CREATE, 0x1 OB_OPERATION_HANDLE_DUPLICATE"))
    }

    @Test func `COR-4: MsSecesProcess is the client of Security Essentials`() throws {
        let flag = try explanation(of: "MsSecesProcess", in: "flags")
        #expect(flag.contains("Security Essentials") && flag.contains("msseces.exe") && flag.contains("MpFilter"))
    }

    @Test func `COR-5: AllowAllRegistryOperations lifts denials by rules, and nothing else`() throws {
        let rule = try explanation(of: "AllowAllRegistryOperations", in: "rules")
        for words in ["denials by rules", "hardening", "tamper protection", "messages"] {
            #expect(rule.contains(words), "\(words)")
        }
    }

    @Test func `COR-7: the driver's exclusions are paths`() throws {
        #expect(try explanation(of: "ExcludedProcess", in: "flags").contains("paths"))
    }

    @Test func `COR-9: the two rules of host intrusion prevention arm a check`() throws {
        for name in ["AllowCodeInjectionHIPSRule", "QuerySuspendResumeHIPSRule"] {
            #expect(try explanation(of: name, in: "rules").hasPrefix("arms the "), "\(name)")
        }
    }

    @Test func `COR-11: SuppressAsyncImageLoad is one of eleven low bits that look like a family`() throws {
        let rule = try explanation(of: "SuppressAsyncImageLoad", in: "rules")
        #expect(rule.contains("0x7FF") && rule.contains("MsMpEng"))
    }

    /// A file of the repository.
    private func file(_ name: String) throws -> String {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let file = try #require(fopen(parts.joined(separator: "/") + "/\(name)", "r"))
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    @Test func `the pages in docs match the vocabulary`() throws {
        #expect(try file("docs/glossary.md") == Vocabulary.glossaryPage, "run `make docs`")
        #expect(try file("docs/messages.md") == Vocabulary.messagesPage, "run `make docs`")
    }

    @Test func `the schemas of openapi.yaml that follow from the tables match the tables`() throws {
        let document = try file("openapi.yaml")
        let start = try #require(document.firstRange(of: "    # From the tables of the driver"))
        let end = try #require(document.firstRange(of: "    # End of what is printed"))
        let printed = document[start.upperBound..<end.lowerBound].drop { $0 != "\n" }.dropFirst()
        #expect(printed == Vocabulary.schemas, "run `make docs`")
    }
}
