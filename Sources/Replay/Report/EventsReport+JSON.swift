public import JSON

extension EventsReport {
    /// Writes the report as the API answers it.
    public func write(to json: inout JSONWriter, durationNanoseconds: UInt64) {
        json.object { json in
            writeMembers(to: &json)
            json.member("durationMilliseconds", durationNanoseconds / 1_000_000)
        }
    }

    func writeMembers(to json: inout JSONWriter) {
        writeCounts(to: &json)
        json.member("rejected", each: rejected) { json, line in
            json.object { json in
                if let part = line.part { json.member("part", part) }
                json.member("line", line.line)
                json.member("detail", line.detail)
            }
        }
        json.member("rejectedCount", rejectedCount)
        if let stoppedAtLine { json.member("stoppedAtLine", stoppedAtLine) }
        let written = json.member("machines", each: machines, within: ReplayReport.mostMachineBytes) { $0.value($1) }
        if written < machines.count { json.member("machinesUnlisted", machines.count - written) }
    }

    /// What a machine's part has too.
    func writeCounts(to json: inout JSONWriter) {
        json.member("lines", lines)
        json.member("applied", applied)
        json.member("appliedByType", counts: appliedByType)
        json.member("skipped", counts: skipped)
        json.member("skippedByType") { json in
            json.object { json in
                for (type, reasons) in skippedByType.sorted(by: { $0.key < $1.key }) {
                    json.member(key: type) { $0.counts(reasons) }
                }
            }
        }
        json.member("messages") { json in
            json.object { json in
                json.member("sync", counts: messages.sync)
                json.member("async", counts: messages.async)
                json.member("direct", counts: messages.direct)
            }
        }
        json.member("processesSynthesised", processesSynthesised)
        json.member("processesCompleted", processesCompleted)
        json.member("tombstoneRecords", tombstoneRecords)
    }
}

extension JSONWriter {
    /// An object of counts, by name.
    fileprivate mutating func counts(_ counts: [String: Int]) {
        object { json in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { json.member(key: name, count) }
        }
    }

    fileprivate mutating func member(_ name: StaticString, counts: [String: Int]) {
        member(name) { $0.counts(counts) }
    }
}
