import Messages
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: 0..<5 as Range<UInt64>)
    func `any message is restored, without a remark`(seed: UInt64) throws {
        var random = RandomMessage(seed: seed)
        for _ in 0..<60 {
            let async = random.async()
            try check(.async(async), bytes: async.bytes)
            #expect(async.bytes.count == async.totalSize)
            let sync = random.sync()
            try check(.sync(sync), bytes: sync.bytes)
            #expect(sync.bytes.count == sync.totalSize)
            try check(.syncData(sync.data), bytes: sync.data.bytes, as: .syncData(sync.operation))
        }
    }

    private func check(_ content: Dissection.Content, bytes: [UInt8], as form: Dissection.Form = .detect) throws {
        let dissection = Dissection(bytes, as: form)
        try #require(dissection.content == content, "\(content): \(dissection.faults)")
        #expect(dissection.remarks.isEmpty, "\(content): \(dissection.remarks)")
        #expect(content.bytes == bytes)
        #expect(dissection.parts.reduce(0) { $0 + $1.size } == bytes.count)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `any message that is cut off anywhere has no faults`(seed: UInt64) {
        var random = RandomMessage(seed: seed)
        for _ in 0..<60 {
            for bytes in [random.async().bytes, random.sync().bytes] {
                let count = Int.random(in: 4..<bytes.count, using: &random.generator)
                let dissection = Dissection(Array(bytes.prefix(count)))
                #expect(dissection.faults.isEmpty && dissection.content == nil, "\(dissection.faults)")
                #expect(dissection.cutOff != nil)
            }
        }
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `a message can be rebuilt from its JSON`(seed: UInt64) {
        var random = RandomMessage(seed: seed)
        for _ in 0..<60 {
            let message = random.async()
            let values = Dictionary(uniqueKeysWithValues: message.members.map { ($0.field.name, $0.value) })
            #expect(AsyncBody(message.operation) { values[$0.name] } == message.body)
            #expect(message.body.fits(message.operation))
        }
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `any bytes are read or faulty, and a message without a remark is written as the same bytes`(seed: UInt64) {
        var random = RandomMessage(seed: seed)
        for round in 0..<60 {
            let isAsync = round.isMultiple(of: 2)
            var bytes = isAsync ? random.async().bytes : random.sync().bytes
            spoil(&bytes, &random.generator)
            var forms = [Dissection.Form.detect, .async, .sync, .syncReply, .createProcessReply]
            forms += SyncOperation.allCases.map { .syncData($0) }
            for form in forms {
                let dissection = Dissection(bytes, as: form)
                #expect((dissection.content == nil) == (!dissection.faults.isEmpty || dissection.cutOff != nil))
                #expect(dissection.faults.allSatisfy { (0...bytes.count).contains($0.offset) })
                #expect(dissection.parts.allSatisfy { $0.offset + $0.size <= bytes.count })
                guard let content = dissection.content, dissection.remarks.isEmpty else { continue }
                #expect(content.bytes == bytes)
            }
        }
    }

    /// Overwrites some words with numbers that are likely to be invalid, and truncates or extends the end.
    private func spoil(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
        for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count >= 8 {
            let place = Int.random(in: 0..<bytes.count / 4, using: &generator) * 4
            let numbers: [UInt32] = [
                0, 1, 2, 8, UInt32(bytes.count), UInt32(bytes.count) - 8, .max, .max - 7, 1 << 31,
                UInt32.random(in: 0..<200, using: &generator),
            ]
            let number = numbers[Int.random(in: 0..<numbers.count, using: &generator)]
            for index in 0..<4 where place + index < bytes.count {
                bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index))
            }
        }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
        case 1: bytes += (0..<Int.random(in: 1..<20, using: &generator)).map { UInt8($0) }
        default: break
        }
    }
}
