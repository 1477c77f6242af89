import Bytes
import Testing

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest cell, and lines have no spaces at their end`() {
        let rows = [["name", "count", "note"], ["café", "7", ""], ["b", "12345", "two words"]]
        let table = TextTable([.left(), .right(), .left()], fitting: rows)
        #expect(rows.map { table.line($0) } == ["name  count  note", "café      7", "b     12345  two words"])
        #expect(table.lastColumnStart == 13)
    }

    @Test func `a column has at least its own width, and a longer cell moves the rest`() {
        let table = TextTable([.left(4), .right(3), .left()])
        #expect(table.line(["a", "1", "x"]) == "a       1  x")
        #expect(table.line(["abcdef", "1234", "x"]) == "abcdef  1234  x")
        #expect(table.line(["", "", "x"]) == String(repeating: " ", count: table.lastColumnStart) + "x")
    }

    @Test func `text that emphasis adds to a cell has no width`() {
        let table = TextTable([.left(3), .right(3), .left()])
        let line = table.line(["a", "b", "c"]) { column, cell in column < 2 ? "<\(cell)>" : cell }
        #expect(line == "<a>      <b>  c")
    }
}
