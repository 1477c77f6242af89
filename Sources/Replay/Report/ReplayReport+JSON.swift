import Driver
public import JSON
import Messages

extension ReplayReport {
    /// Where in the text the machines, their hosts and the losses end at the latest: the answer has 4 MiB at most, and what
    /// is left out is counted.
    static let (mostMachineBytes, mostHostBytes, mostBytes) = (1 << 20, 3 << 20, 4 << 20 - 128 << 10)

    /// Writes the report as `POST /v1/replays` answers it; `hosts` are those of the machines, by the
    /// machine's name.
    public func write(
        to json: inout JSONWriter, hosts: [String?: ReplayHost], deliveries: DeliveryLedger, durationNanoseconds: UInt64
    ) {
        json.object { json in
            total.writeMembers(to: &json)
            let written = json.member("hosts", each: machines, within: ReplayReport.mostHostBytes) { json, machine in
                json.object { json in
                    if let host = hosts[machine.name] {
                        json.member("host", host.name)
                        json.member("created", host.isCreated)
                    }
                    if let name = machine.name { json.member("machine", name) }
                    machine.events.writeCounts(to: &json)
                }
            }
            if written < machines.count { json.member("hostsUnlisted", machines.count - written) }
            deliveries.write(to: &json)
            json.member("coverage") { coverage.write(to: &$0, of: total) }
            json.member("durationMilliseconds", durationNanoseconds / 1_000_000)
        }
    }
}

extension DeliveryLedger {
    fileprivate func write(to json: inout JSONWriter) {
        let ends = ends.sorted { ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name) }
        json.member("deliveries", each: ends) { json, end in
            json.object { json in
                end.key.writeMembers(to: &json)
                json.member("sent", end.value.sent)
                json.member("failed", end.value.failed)
                json.member("notSent", end.value.notSent)
                json.member("dropped", end.value.dropped)
            }
        }
        let losses = losses
        let written = json.member("losses", each: losses, within: ReplayReport.mostBytes, atLeast: 0) { json, loss in
            json.object { json in
                if let machine = loss.machine { json.member("machine", machine) }
                loss.type.writeMembers(to: &json)
                json.member("reason", loss.reason.name)
                if let process = loss.process { json.member("processId", process.processId) }
                if let imageFileName = loss.imageFileName { json.member("imageFileName", imageFileName) }
                json.member("count", loss.count)
                json.member("first") { loss.first.write(to: &$0) }
                json.member("last") { loss.last.write(to: &$0) }
            }
        }
        json.member("lossesUnlisted", unlisted + losses[written...].reduce(0) { $0 + $1.count })
    }
}

extension DeliveryLedger.Loss.Message {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", sequence)
            json.member("time", time.rfc3339)
            if let subject { json.member("subject", subject) }
        }
    }
}

extension MessageType {
    /// The operation's name.
    var name: String { operation.name }

    func writeMembers(to json: inout JSONWriter) {
        json.member("kind", kind.rawValue)
        json.member("operation", name)
    }
}

extension Coverage {
    func write(to json: inout JSONWriter, of events: EventsReport) {
        json.object { json in
            // To a tenth, written without a detour over binary fractions.
            let tenths = Int((percent * 10).rounded())
            json.member("percent") { $0.value(json: Array("\(tenths / 10).\(tenths % 10)".utf8)) }
            json.member("reached", reached)
            json.member("outcomes", Coverage.outcomeCount)
            json.member("routines", each: Coverage.routines) { json, routine in
                let runs = runs(of: routine)
                json.object { json in
                    json.member("routine", routine.name)
                    json.member("records", runs.runs)
                    json.member("notified", runs.notified)
                    json.member("conditions", each: routine.checks) { json, line in
                        write(line.check, to: &json)
                    }
                }
            }
            json.member("messageTypes", each: Coverage.messageTypes) { json, type in
                let made = events.messages[type]
                json.object { json in
                    type.writeMembers(to: &json)
                    json.member("made", made)
                    if made == 0, let why = RecordingGaps.why(neverMade: type) { json.member("why", why) }
                }
            }
            json.member("gaps", each: RecordingGaps.of(events)) { json, gap in json.value(gap) }
        }
    }

    private func write(_ check: Check, to json: inout JSONWriter) {
        let outcomes = outcomes(of: check)
        json.object { json in
            json.member("check", "\(check.text)")
            json.member("held", outcomes.held)
            json.member("failed", outcomes.failed)
            let reasons = [
                outcomes.held == 0 ? RecordingGaps.why(check, neverIs: true) : nil,
                outcomes.failed == 0 ? RecordingGaps.why(check, neverIs: false) : nil,
            ].compactMap(\.self)
            // Both outcomes may be missing for one reason.
            let different = reasons.first == reasons.last ? Array(reasons.prefix(1)) : reasons
            if !different.isEmpty { json.member("why", different.joined(separator: "; ")) }
        }
    }
}
