import NotificationAPI
import Testing

@Suite struct TokenTableTests {
    private static let grafana = "0123456789abcdef"
    private static let pipeline = "ZYXWVUTSRQPONMLK-._~+/=="
    private static let text = """
        # who may call
        grafana   read   \(grafana)

        \tpipeline\tdrive\t\(pipeline)\r
        ops-1.x_y admin \(String(repeating: "a", count: 512))
        """

    private func table(_ text: String) throws -> TokenTable { try TokenTable(text: Array(text.utf8)) }

    private func faults(_ text: String) -> [String] {
        do throws(TokenTable.Faults) {
            _ = try TokenTable(text: Array(text.utf8))
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    @Test func `each token belongs to the name on its line`() throws {
        let table = try table(Self.text)
        #expect(table.count == 3)
        #expect(table.caller(presenting: Self.grafana.utf8)?.name == "grafana")
        #expect(table.caller(presenting: Self.grafana.utf8)?.role == .read)
        #expect(table.caller(presenting: Self.pipeline.utf8)?.name == "pipeline")
        #expect(table.caller(presenting: Self.pipeline.utf8)?.role == .drive)
        #expect(table.caller(presenting: String(repeating: "a", count: 512).utf8)?.role == .admin)
    }

    @Test(arguments: [
        "", "0", "0123456789abcde", "0123456789abcdeF", "0123456789abcdef ", "0123456789abcdef\0", "grafana",
        "0123456789abcdef0123456789abcdef", String(repeating: "a", count: 511), String(repeating: "a", count: 70_000),
    ])
    func `an unknown token belongs to no one`(token: String) throws {
        #expect(try table(Self.text).caller(presenting: token.utf8) == nil)
    }

    @Test func `each role includes the rights of the roles before it`() {
        #expect(Role.allCases == [.read, .drive, .admin])
        #expect(Role.allCases.sorted() == Role.allCases)
        #expect(Role.read < .drive && Role.drive < .admin && !(Role.admin < .admin))
    }

    @Test func `all faults are reported with their lines, and never with a token`() {
        let token = "secret-secret-secret"
        let text = """
            a read \(token)
            b read
            c write \(token)1
            d read \(token) extra
            a drive \(token)2
            e drive \(token)
            ü read \(token)3
            f read short
            g read \(token)=x
            h read ================
            i read \(token)\u{FC}
            """
        let found = faults(text)
        #expect(
            found == [
                "line 2: must be a name, a role and a token, with spaces between them; it has 2 words",
                "line 3: the role must be one of read, drive, admin; did you mean drive?",
                "line 4: must be a name, a role and a token, with spaces between them; it has 4 words",
                "line 5: duplicate name a",
                "line 6: a has the same token",
                "line 7: the name must have 1 to 64 letters, digits, '.', '_' and '-'",
            ]
                + [8, 9, 10, 11].map {
                    "line \($0): the token must have 16 to 512 letters, digits, '-', '.', '_', '~', '+' and '/'"
                        + ($0 == 8 ? "; it has 5 characters" : "")
                })
        #expect(!found.contains { $0.contains("secret") })
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "  #x read 0123456789abcdef"])
    func `a file without a token is a fault`(text: String) {
        #expect(faults(text) == ["the file contains no tokens"])
    }

    @Test func `a token has 16 to 512 characters`() throws {
        for length in [16, 512] { #expect(try table("a read " + String(repeating: "x", count: length)).count == 1) }
        for length in [15, 513] { #expect(faults("a read " + String(repeating: "x", count: length)).count == 1) }
    }

    @Test func `a file has at most 1024 tokens`() throws {
        func lines(_ count: Int) -> String {
            (0..<count).map { "n\($0) read token-number-\(10_000 + $0)" }.joined(separator: "\n")
        }
        #expect(try table(lines(1024)).count == 1024)
        #expect(faults(lines(1025)) == ["line 1025: too many tokens; at most 1024 are allowed"])
    }
}
