import Dispatch
import JSON
import Synchronization
import Testing

@Suite struct JSONThreadTests {
    @Test func `documents are read on many threads at once`() {
        let wrong = Atomic(0)
        let right = Atomic(0)
        let group = DispatchGroup()
        // One serial queue per reader: a concurrent queue would use only as many threads as there are cores.
        for number in 0..<12 {
            DispatchQueue(label: "reader \(number)").async(group: group) {
                for round in 0..<300 {
                    let expected = (0..<(round % 40)).map { "é\(number).\($0)\n" }
                    var writer = JSONWriter()
                    writer.array { for text in expected { $0.value(text) } }
                    let texts = try? JSONDocument.read(writer.bytes) { root -> [String]? in
                        root.array(maxCount: 40)?.compactMap { $0.string() }
                    }
                    if texts == expected {
                        right.add(1, ordering: .relaxed)
                    } else {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        group.wait()
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(right.load(ordering: .relaxed) == 12 * 300)
    }
}
