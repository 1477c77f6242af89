import Bytes
import Driver
import YAML

extension RulePolicy {
    /// Reads the list `rulePolicies`: rules and flags that a process gets at its creation, by its image.
    static func list(from reader: inout SettingsReader) -> [RulePolicy] {
        let items = reader.readStructure("rulePolicies") { given throws(SettingsFault) in try given.items() } ?? []
        let policies = items.compactMap { RulePolicy($0, from: &reader) }
        if let excess = RulePolicySet.excess(of: policies), let given = reader.given("rulePolicies").first {
            reader.add(given.fault(excess))
        }
        return policies
    }

    private init?(_ item: SettingsValue, from reader: inout SettingsReader) {
        self.init(imageFileName: "", rules: [], flags: [])
        do throws(SettingsFault) {
            let members = try item.members()
            for (member, value) in members {
                do throws(SettingsFault) {
                    switch member {
                    case "imageFileName": imageFileName = try value.imageFileName()
                    case "rules": rules = try value.word(&reader)
                    case "flags": flags = try value.word(&reader)
                    default:
                        throw value.fault(
                            "unknown setting" + ["imageFileName", "rules", "flags"].hintOrList(for: member))
                    }
                } catch {
                    reader.add(error)
                }
            }
            guard members.contains(where: { $0.name == "imageFileName" }) else {
                throw item.fault("imageFileName is missing: a pattern such as \"*\\\\cmd.exe\"")
            }
        } catch {
            reader.add(error)
            return nil
        }
    }
}

extension SettingsValue {
    fileprivate func imageFileName() throws(SettingsFault) -> String {
        let text = try text()
        guard text.utf16.count <= 32_766, !text.utf16.contains(0) else {
            throw fault("is longer than 32766 UTF-16 units or contains a NUL")
        }
        return text
    }

    /// A mask, or a list of names and masks; faulty ones are recorded.
    fileprivate func word<Word: NamedBits>(
        _ reader: inout SettingsReader
    ) throws(SettingsFault) -> Word {
        if node.scalar != nil {
            let text = try text()
            guard let mask = Word(mask: text, orDecimal: true) else {
                let name = Word.allNames.nearest(to: text)
                throw fault(
                    "\(quoted(text)) is neither a list of names nor a mask, 0...0xffffffff"
                        + (name.map { "; write [\($0)]" } ?? ""))
            }
            return mask
        }
        var word = Word(rawValue: 0)
        for item in try items() {
            do throws(SettingsFault) {
                let text = try item.text()
                guard let bits = Word(text) ?? Word(mask: text, orDecimal: true) else {
                    throw item.fault(Word.faultOfName(text))
                }
                word = Word(rawValue: word.rawValue | bits.rawValue)
            } catch {
                reader.add(error)
            }
        }
        return word
    }
}
