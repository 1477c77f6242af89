import Bytes
import Driver
import Messages
import Replay

extension Vocabulary {
    /// docs/glossary.md.
    public static var glossaryPage: String {
        var page = """
            # Glossary

            Each name once: ours, the driver's as its analyst gave it, its source, and how sure that is. *known*: it was
            published, in a part of the
            [series](https://n4r1b.com/posts/2020/01/dissecting-the-windows-defender-driver-wdfilter-part-1/), in its header
            files or as a memory dump. *inferred*: it follows from something that was published. *decided*: it is our choice.
            *disputed*: two published sources contradict each other. The same as data: `GET /v1/vocabulary`. Layouts: [messages.md](messages.md). Rules: [driver-model.md](driver-model.md).

            Printed by `wdfilterd vocabulary --format glossary`; do not edit.

            """
        for group in groups {
            page +=
                "\n## \(group.title)\n\n| name | driver | value | status | source | meaning |\n|---|---|---|---|---|---|\n"
            for term in group.terms {
                let driverName = term.driverName == term.name ? "same" : term.driverName.map { "`\($0)`" } ?? "none"
                page += row(
                    "`\(term.name)`", driverName, term.value?.text ?? "", term.provenance.status.rawValue,
                    linked(term.provenance.source), linked(term.explanation))
            }
        }
        page += """

            ## Conditions

            The conditions that the routines check, in order, as `checks` in answers and the coverage of a replay show them.

            | routine | condition | rule | meaning when it holds |
            |---|---|---|---|

            """
        for condition in conditions {
            page += row(
                condition.check.routine.name, "`\(condition.text)`", linked(condition.rule), condition.meaning)
        }
        page += """

            ## Lines of uploads

            A native line, as `POST /events` and `wdfilterd replay` read it, is an object with `type` and the members of the
            request that causes the same event, those of its path included. `Sysmon` is the event id of the records that become
            the event.

            | type | members | request | Sysmon | notes |
            |---|---|---|---|---|

            """
        for event in DriverEvent.allCases {
            page += row(
                "`\(event.name)`", event.members.map { "`\($0)`" }.joined(separator: ", "),
                event.operations.joined(separator: ", "), event.sysmonId.map(String.init) ?? "", event.note ?? "")
        }
        return page
    }

    /// docs/messages.md.
    public static var messagesPage: String {
        var page = """
            # Messages

            The bytes that reach the engine. Little-endian; strings are UTF-16LE and end with a NUL that their lengths count.
            AuxPidCreationTime and AuxTidCreationTime are packed: u32 id, then u64 FILETIME, 12 bytes. Offsets in fields count
            from byte 08 of the message; a part that is absent has length 0 and offset 0. Parts without an offset of their own
            (`..`) follow one another.

            A `(zero)` is written as 0. The column JSON has the names in `data` of CloudEvents, in `data` of raw notifications and
            in `wdfilterd decode --json`, which explains any message field by field.

            In messages of other types, the bytes that the caller supplied follow the header, from 20 on: `data` in JSON.

            Printed by `wdfilterd vocabulary --format messages`; do not edit.

            """
        for layout in layouts {
            let structure = layout.structure
            page += "\n## \(structure.name)\n\n"
            if !layout.operations.isEmpty { page += layout.operations.joined(separator: ", ") + ". " }
            page += "Offsets from \(layout.place). \(structure.provenance.sentence)\n\n"
            page += "| at | type | field | JSON | status | notes |\n|---|---|---|---|---|---|\n"
            for field in structure.fields {
                let status = (field.provenance ?? structure.provenance).status.rawValue
                page += row(
                    field.place, field.typeName, field.name, field.member.map { "`\($0)`" } ?? "", status,
                    linked(field.notes))
            }
        }
        return page
    }

    /// A text with links to the driver model for the ids of rules and of groups of rules.
    private static func linked(_ text: String) -> String {
        text.replacing(/\b(?:DATA|PRC|THR|TEX|IMG|SYN|ASY|OBJ|COR)(?:-[0-9]+)?\b/) { match in
            "[\(match.output)](driver-model.md#\(match.output.lowercased()))"
        }
    }

    private static func row(_ cells: String...) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
}

extension Provenance {
    fileprivate var sentence: String {
        "\(status.rawValue.prefix(1).uppercased() + status.rawValue.dropFirst()): \(source)."
    }
}

extension LayoutField {
    /// Its offset as written in docs.
    fileprivate var place: String {
        guard let offset else { return ".." }
        return offset.hexDigits(2, uppercase: true)
    }

    fileprivate var notes: String {
        var notes: [String] = []
        switch kind {
        case .length(let part): notes.append("bytes of \(part)")
        case .count(let part): notes.append("number of \(part)")
        case .offset(let part): notes.append("offset of \(part)")
        case .constant(let value): notes.append(value.hex(uppercase: true))
        default: break
        }
        if isRequired { notes.append("required in `data`") }
        if let note { notes.append(note) }
        if isLeftZeroByLoadImage { notes.append("left 0 by a LoadImage") }
        if let provenance { notes.append("\(provenance.status.rawValue): \(provenance.source)") }
        if let valueNames {
            // Operations have a table of their own.
            if valueNames.names.count <= 10 {
                notes.append(
                    valueNames.names.sorted { $0.key < $1.key }
                        .map { "\($0.key.hex(uppercase: true)) \($0.value)" }.joined(separator: ", "))
            }
        }
        return notes.joined(separator: "; ")
    }
}
