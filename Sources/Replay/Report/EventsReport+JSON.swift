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
        json.member("otherChannels", counts: otherChannels)
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
        let unlisted = machinesUnlisted + machines.count - written
        if unlisted > 0 { json.member("machinesUnlisted", unlisted) }
    }

    /// Writes the members that the object of a machine has too.
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
        json.member("messages") { messages.write(to: &$0) }
        json.member("processesSynthesised", processesSynthesised)
        json.member("processesCompleted", processesCompleted)
        json.member("tombstoneRecords", tombstoneRecords)
        json.member("repaired", repaired)
        json.member("timesUnread", timesUnread)
        json.member("timesFromShipper", timesFromShipper)
    }
}

extension EventsReport {
    /// Reads the members that `writeCounts(to:)` writes; `tombstoneRecords` is computed.
    init(counts object: JSONObject) {
        lines = object.count("lines")
        applied = object.count("applied")
        appliedByType = object.counts("appliedByType")
        skipped = object.counts("skipped")
        skippedByType = object.required("skippedByType") { $0.countsByName() } ?? [:]
        // A service of an older version has none of these.
        repaired = object.optionalCount("repaired")
        timesUnread = object.optionalCount("timesUnread")
        timesFromShipper = object.optionalCount("timesFromShipper")
        messages = object.required("messages") { $0.openObject() }.map(MessageCounts.init) ?? MessageCounts()
        processesSynthesised = object.count("processesSynthesised")
        processesCompleted = object.count("processesCompleted")
    }

    /// Reads the members that `write(to:durationNanoseconds:)` writes, but the duration; a missing one is a fault.
    public init(_ object: JSONObject) {
        self.init(counts: object)
        otherChannels = object["otherChannels"] == nil ? [:] : object.counts("otherChannels")
        rejected = object.each("rejected") { line in
            RejectedLine(part: line.optionalText("part"), line: line.count("line"), detail: line.text("detail"))
        }
        rejectedCount = object.count("rejectedCount")
        stoppedAtLine = object["stoppedAtLine"] == nil ? nil : object.count("stoppedAtLine")
        machines = object.texts("machines")
        machinesUnlisted = object.optionalCount("machinesUnlisted")
    }
}

extension MessageCounts {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sync", counts: sync)
            json.member("async", counts: async)
            json.member("direct", counts: direct)
        }
    }

    fileprivate init(_ object: JSONObject) {
        sync = object.counts("sync")
        async = object.counts("async")
        direct = object.counts("direct")
    }
}

extension JSONValue {
    fileprivate func countsByName() -> [String: [String: Int]]? {
        dictionary(maxCount: 1000)?.reduce(into: [:]) { counts, member in counts[member.name] = member.value.counts() }
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
