import JSON
import Testing

@testable import Scenarios

@Suite struct GoldenDifferenceTests {
    @Test func `a line more is one difference`() {
        let wanted = ["{\"sequence\":1}", "{\"sequence\":2}"]
        let difference = GoldenDifference(wanted: wanted, found: ["{\"sequence\":0}"] + wanted, most: 10)
        #expect(difference.count == 1)
        #expect(difference.fields.map(\.criterion) == ["line 1"])
        #expect(difference.fields.map(\.expected) == [.null])
    }

    @Test func `a line that is missing is one difference`() {
        let difference = GoldenDifference(wanted: ["1", "2", "3"], found: ["1", "3"], most: 10)
        #expect(difference.fields.map(\.criterion) == ["line 2"])
        #expect(difference.fields.map(\.actual) == [.null])
    }

    @Test func `of two lines the members that differ are shown`() {
        let difference = GoldenDifference(
            wanted: [#"{"kind":"async","message":{"imageFileName":"a","size":1}}"#],
            found: [#"{"kind":"async","message":{"imageFileName":"b","size":1}}"#], most: 10)
        #expect(difference.fields.map(\.criterion) == ["line 1: message.imageFileName"])
        #expect(difference.fields.map(\.expected) == [.string("a")])
        #expect(difference.fields.map(\.actual) == [.string("b")])
    }

    @Test func `at most so many fields are shown, but all lines are counted`() {
        let difference = GoldenDifference(
            wanted: (0..<50).map { "\($0)" }, found: (100..<150).map { "\($0)" }, most: 5)
        #expect(difference.fields.count == 5)
        #expect(difference.count == 50)
    }
}
