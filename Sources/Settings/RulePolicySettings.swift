import Yams

/// Rules and flags that a process gets when it is created, by its image. An entry of the list `rulePolicies`.
public struct RulePolicySettings: Hashable, Sendable {
    /// Glob of the image's name, 1 to 32766 UTF-16 units, `*\powershell.exe`.
    public var imageFileName: String
    /// ProcessRules to set.
    public var rules: UInt32
    /// ProcessFlags to set.
    public var flags: UInt32

    /// Images that match `imageFileName` get `rules` and `flags`.
    public init(imageFileName: String, rules: UInt32 = 0, flags: UInt32 = 0) {
        self.imageFileName = imageFileName
        self.rules = rules
        self.flags = flags
    }

    static func list(from reader: inout SettingsReader, by rules: ForeignRules) -> [RulePolicySettings] {
        let items = reader.read("rulePolicies") { given throws(SettingsFault) in try given.items() } ?? []
        return items.compactMap { RulePolicySettings($0, from: &reader, by: rules) }
    }

    private init?(_ item: SettingsValue, from reader: inout SettingsReader, by rules: ForeignRules) {
        self.init(imageFileName: "")
        do throws(SettingsFault) {
            let members = try item.members()
            for (member, value) in members {
                do throws(SettingsFault) {
                    switch member {
                    case "imageFileName": imageFileName = try value.imageFileName()
                    case "rules": self.rules = try value.word(rules.rule, "rule", &reader)
                    case "flags": flags = try value.word(rules.flag, "flag", &reader)
                    default: throw value.fault("is no setting")
                    }
                } catch {
                    reader.add(error)
                }
            }
            guard members.contains(where: { $0.name == "imageFileName" }) else {
                throw item.fault("has no imageFileName")
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
            throw fault("is longer than 32766 UTF-16 units or has a NUL")
        }
        return text
    }

    /// A mask, or a list of names and masks, of which the faulty ones are noted.
    fileprivate func word(
        _ bit: (String) -> UInt32?, _ noun: String, _ reader: inout SettingsReader
    ) throws(SettingsFault) -> UInt32 {
        if node.scalar != nil {
            let text = try text()
            guard let mask = Self.mask(text) else {
                throw fault("\(quoted(text)) is no mask: a list of names, or 0...0xffffffff")
            }
            return mask
        }
        var word: UInt32 = 0
        for item in try items() {
            do throws(SettingsFault) {
                let text = try item.text()
                guard let bits = bit(text) ?? Self.mask(text) else {
                    throw item.fault("\(quoted(text)) is no \(noun)")
                }
                word |= bits
            } catch {
                reader.add(error)
            }
        }
        return word
    }

    /// 32 bits as `0x` and hex digits or as a decimal number.
    private static func mask(_ text: String) -> UInt32? {
        let isHex = text.hasPrefix("0x")
        let digits = isHex ? text.dropFirst(2) : text[...]
        guard digits.first != "+", digits.first != "-" else { return nil }
        return UInt32(digits, radix: isHex ? 16 : 10)
    }
}
