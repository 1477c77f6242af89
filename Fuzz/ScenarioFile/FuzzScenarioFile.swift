import FuzzFinding
import JSON
import ScenarioFile

/// Arbitrary bytes are read as YAML and as JSON, within the limits of a file, with positions that are in the file. What is
/// read is written as JSON that our reader accepts, with a position for each pointer, and that reads as the same JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzScenarioFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let json = read(bytes, as: "a.json")
    _ = read(bytes, as: "a.yaml")
    // A document that begins on the line of its dashes is not taken for JSON.
    let yaml = read(Array("--- ".utf8) + bytes, as: "a.yaml")
    if let json, let yaml, json.count == 1, yaml.count == 1, bytes.first == UInt8(ascii: "{") {
        expect(json == yaml, "JSON means something else in YAML: \(json[0].text), \(yaml[0].text)")
    }
    return 0
}

/// The documents of a file as JSON; nil if it has faults.
private func read(_ bytes: [UInt8], as name: String) -> [[UInt8]]? {
    let (documents, faults) = SourceText(name: name, bytes: bytes).documents()
    expect(!documents.isEmpty || !faults.isEmpty, "neither a scenario nor a fault")
    expect(faults.count <= SourceText.mostFaults + 1, "\(faults.count) faults")
    let lines = Lines(bytes)
    for fault in faults {
        expect(!fault.detail.isEmpty, "a fault without words")
        // libyaml finds the end of a file behind its last line.
        if let line = fault.line { expect(1...lines.count + 1 ~= line, "a fault in line \(line)") }
    }
    expect(faults.map { $0.line ?? .max } == faults.map { $0.line ?? .max }.sorted(), "faults out of order")
    var count = 0
    for document in documents { check(document, lines, &count) }
    expect(count <= SourceText.mostNodes, "\(count) nodes")
    let written = documents.map { check(SourceJSON($0), of: $0) }
    guard faults.isEmpty else { return nil }
    for (document, json) in zip(documents, written) where document.mapping != nil && json.count <= SourceText.mostBytes
    {
        let again = SourceText(name: "a.json", bytes: json).documents()
        // An integer may have more digits in the decimal system.
        let isLong = again.faults.contains { $0.detail.hasPrefix("is a number of") }
        expect(isLong || again.faults.isEmpty, "written, and not read: \(again.faults)")
        expect(
            isLong || again.documents.map { SourceJSON($0).bytes } == [json], "written and read otherwise: \(json.text)"
        )
    }
    return written
}

/// Counts the values and keys of `node`, which must have positions in the file.
private func check(_ node: SourceNode, _ lines: Lines, _ count: inout Int) {
    count += 1
    lines.check(node.line, node.column)
    switch node.content {
    case .scalar: return
    case .list(let items):
        for item in items { check(item, lines, &count) }
    case .mapping(let members):
        count += members.count
        expect(Set(members.map(\.key)).count == members.count, "a key occurs twice")
        for member in members {
            lines.check(member.line, member.column)
            check(member.value, lines, &count)
        }
    }
}

/// Reads the JSON of `node`, and compares the position of each pointer with that of its node.
private func check(_ json: SourceJSON, of node: SourceNode) -> [UInt8] {
    func visit(_ value: JSONValue, _ node: SourceNode) {
        let pointer = value.pointer
        if !pointer.contains("…") {
            let place = json.position(of: pointer)
            expect(place.line == node.line && place.column == node.column, "\(pointer) is elsewhere: \(place)")
        }
        switch node.content {
        case .scalar: return
        case .list(let items):
            guard let values = value.array(maxCount: .max), values.count == items.count else { finding("no such list") }
            for (value, item) in zip(values, items) { visit(value, item) }
        case .mapping(let members):
            guard let object = value.openObject().map({ Array($0) }), object.map(\.name) == members.map(\.key) else {
                finding("no such mapping")
            }
            for (member, node) in zip(object, members) { visit(member.value, node.value) }
        }
    }
    do {
        try JSONDocument.read(json.bytes) { visit($0, node) }
    } catch {
        finding("\(json.bytes.text): \(error)")
    }
    return json.bytes
}

/// The lengths of the lines of a file.
private struct Lines {
    /// In Unicode scalars, without the ends of lines.
    private var lengths = [0]

    var count: Int { lengths.count }

    init(_ bytes: [UInt8]) {
        var previous: UInt8 = 0
        for byte in bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...] {
            if byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r") {
                // The line has ended before.
            } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                lengths.append(0)
            } else if byte & 0xC0 != 0x80 {
                lengths[lengths.count - 1] += 1
            }
            previous = byte
        }
    }

    func check(_ line: Int, _ column: Int) {
        expect(1...lengths.count ~= line, "line \(line) of \(lengths.count)")
        expect(1...lengths[line - 1] + 1 ~= column, "column \(column) of \(lengths[line - 1]) in line \(line)")
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
