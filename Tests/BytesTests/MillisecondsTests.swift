import Bytes
import Testing

@Suite struct MillisecondsTests {
    @Test(arguments: [
        ("20ms", 20), ("0ms", 0), ("1s", 1000), ("1.2s", 1200), ("0.005s", 5), ("61s", 61_000),
        ("999999999999ms", 999_999_999_999),
    ])
    func `a duration has a unit`(text: String, count: Int) {
        #expect(Milliseconds(text)?.count == count)
    }

    @Test(arguments: [
        "", "s", "ms", "20", "1200", "1.2", "1.s", ".5s", "1.2345s", "1.5ms", "-1s", "+1s", "1m", "1 s",
        "9999999999999s",
    ])
    func `anything else is not one`(text: String) {
        #expect(Milliseconds(text) == nil)
    }
}
