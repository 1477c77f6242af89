import Bytes
import JSON

extension SourceNode {
    /// Writes the name that was probably meant; false if the file has no such text there, or the mapping has the name already.
    mutating func correct(_ correction: JSONCorrection) -> Bool {
        correct(correction.pointer.pointerNames[...], correction)
    }

    private mutating func correct(_ steps: ArraySlice<String>, _ correction: JSONCorrection) -> Bool {
        guard let step = steps.first else {
            // A text with a variable has another value in each case.
            guard correction.part == .value, case .scalar(var scalar) = content, scalar.kind == .text,
                !scalar.text.contains("${")
            else { return false }
            scalar.text = correction.name
            content = .scalar(scalar)
            return true
        }
        switch content {
        case .scalar: return false
        case .list(var items):
            guard let index = Int(step), items.indices.contains(index) else { return false }
            guard items[index].correct(steps.dropFirst(), correction) else { return false }
            content = .list(items)
            return true
        case .mapping(var members):
            guard let index = members.firstIndex(where: { $0.key == step }) else { return false }
            if steps.count == 1, correction.part == .member {
                if members.contains(where: { $0.key == correction.name }) { return false }
                members[index].key = correction.name
            } else if !members[index].value.correct(steps.dropFirst(), correction) {
                return false
            }
            content = .mapping(members)
            return true
        }
    }

    /// Gives each member whose key is not one of `names` the nearest one that the mapping lacks, and returns the faults.
    mutating func correctKeys(among names: [String]) -> [SourceFault] {
        guard case .mapping(var members) = content else { return [] }
        var faults: [SourceFault] = []
        for (index, member) in members.enumerated() where !names.contains(member.key) {
            guard let nearest = names.nearest(to: member.key), !members.contains(where: { $0.key == nearest }) else {
                continue
            }
            faults.append(
                SourceFault(line: member.line, path: member.key, "unknown member; did you mean \(nearest)?"))
            members[index].key = nearest
        }
        content = .mapping(members)
        return faults
    }
}
