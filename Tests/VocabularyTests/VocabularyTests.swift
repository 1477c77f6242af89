import Driver
import Glibc
import Messages
import Testing
import Vocabulary

@Suite struct VocabularyTests {
    private func group(_ member: String) throws -> [Term] {
        try #require(Vocabulary.groups.first { $0.member == member }).terms
    }

    @Test func `each name stands once in its group, with a meaning and a source`() {
        for group in Vocabulary.groups {
            #expect(Set(group.terms.map(\.name)).count == group.terms.count, "\(group.member)")
            for term in group.terms {
                #expect(!term.meaning.isEmpty && !term.provenance.source.isEmpty, "\(term.name)")
                #expect(!term.meaning.hasSuffix("."), "\(term.name)")
            }
        }
    }

    @Test func `DATA-3, DATA-4, SYN-1, ASY-1: every rule, flag, operation and status is there with its value`() throws {
        #expect(try group("rules").map(\.value) == ProcessRules.table.map { .hex(UInt64($0.bit)) })
        #expect(try group("flags").map(\.value) == ProcessFlags.table.map { .hex(UInt64($0.bit)) })
        #expect(try group("syncOperations").map(\.name) == SyncOperation.allCases.map(\.name))
        #expect(
            try group("asyncOperations").map(\.value) == AsyncOperation.allCases.map { .number(Int64($0.rawValue)) })
        #expect(try group("statuses").map(\.name) == NTStatus.table.map(\.term.name))
        #expect(try group("routines").map(\.name) == DriverRoutine.allCases.map(\.name))
    }

    @Test func `every operation with a layout has it in a table, and each table stands once`() {
        let names = Vocabulary.layouts.map(\.structure.name)
        #expect(Set(names).count == names.count)
        let covered = Set(Vocabulary.layouts.flatMap(\.operations))
        let expected = AsyncOperation.allCases.filter(\.hasLayout).map(\.name) + SyncOperation.allCases.map(\.name)
        #expect(covered == Set(expected))
    }

    /// A file as it is in the repository.
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

    @Test func `the pages in docs are what the vocabulary says`() throws {
        #expect(try file("docs/glossary.md") == Vocabulary.glossaryPage, "run `make docs`")
        #expect(try file("docs/messages.md") == Vocabulary.messagesPage, "run `make docs`")
    }

    @Test func `the schemas of openapi.yaml that follow from the tables are what the tables say`() throws {
        let document = try file("openapi.yaml")
        let start = try #require(document.firstRange(of: "    # From the tables of the driver"))
        let end = try #require(document.firstRange(of: "    # End of what is printed"))
        let printed = document[start.upperBound..<end.lowerBound].drop { $0 != "\n" }.dropFirst()
        #expect(printed == Vocabulary.schemas, "run `make docs`")
    }
}
