import Bytes
import Dumps
import Messages
import Testing

/// The byte order of words.
@Suite struct ByteOrderTests {
    @Test func `words without a mark have the order in which they begin like a message, with a remark`() throws {
        let little = "863bd010  0030005d 0000003c\n", big = "863bd010  5d003000 3c000000\n"
        for (text, order) in [(little, "little"), (big, "big")] {
            let dump = try #require(try found(text).first?.dump)
            #expect(dump.bytes == Array(Sample.bytes.prefix(8)))
            #expect(
                dump.remarks == [
                    "the words were read as \(order)-endian, because only then do they begin like a message"
                ])
        }
    }

    @Test func `words that begin like a message in neither order are refused until the order is given`() throws {
        let text = "863bd010  000000c8 699d9680\n863bd018  01d5c036"
        #expect(try found(text).map(\.faultLine) == [1])
        #expect(try found(text, as: .syncData(.newThreadDifferentProcess)).map(\.faultLine) == [1])
        let data = Array(Sample.bytes.suffix(12))
        #expect(try found(text, as: .syncData(.newThreadDifferentProcess), order: .little).map(\.bytes) == [data])
        #expect(try found(text, order: .big).first?.bytes?.prefix(4) == [0x00, 0x00, 0x00, 0xC8])
    }

    @Test func `words that continue a message in bytes are refused until the order is given`() throws {
        let text =
            Sample.firstLines.replacing("ffff8000`", with: "")
            + "\nkd> dd\n11112020  69050000 01d5c036 0000000c 00000000\n"
        #expect(try found(text).map(\.faultLine) == [1])
        #expect(try found(text, order: .little).map(\.bytes) == [Array(Sample.bytes.prefix(48))])
    }

    @Test(arguments: [
        "ffff8000`11112000  000000c8`699d9680", "ffff8000`11112000  699d9680 000000c8",
        "863bd010:\t0x699d9680\t0x000000c8",
        "863bd010  699d9680 000000c8  ...i....",
    ])
    func `a backtick, 0x and a text column are marks`(text: String) throws {
        let read = try found(text, as: .syncData(.registryEventSync), order: .big)
        #expect(read.map(\.bytes) == [[0x80, 0x96, 0x9D, 0x69, 0xC8, 0, 0, 0]])
    }
}
