import DriverJSON
public import JSON

extension ReplayReport {
    /// The sizes of the text that machines, their hosts, losses and processes must not exceed: an answer has at most 4 MiB. The
    /// entries left out are counted. Settings and timeline have limits of their own, and come before hosts.
    static let (mostMachineBytes, mostHostBytes, mostBytes) = (1 << 20, 3 << 20, 4 << 20 - 192 << 10)
    static let mostProcessBytes = mostBytes + 128 << 10

    /// Writes the report as `POST /v1/replays` answers it.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            if let settings { json.member("settings") { settings.write(to: &$0) } }
            total.writeMembers(to: &json)
            if let timeline { json.member("timeline") { timeline.write(to: &$0) } }
            var written = json.member("hosts", each: machines, within: ReplayReport.mostHostBytes) { $1.write(to: &$0) }
            let unlisted = machinesUnlisted + machines.count - written
            if unlisted > 0 { json.member("hostsUnlisted", unlisted) }
            json.member("deliveries", each: deliveries) { $1.write(to: &$0) }
            written = json.member("losses", each: losses, within: ReplayReport.mostBytes, atLeast: 0) {
                $1.write(to: &$0)
            }
            json.member("lossesUnlisted", losses[written...].reduce(lossesUnlisted) { $0 + $1.count })
            writeMeasures(to: &json)
            json.member("coverage") { coverage.write(to: &$0) }
            json.member("durationMilliseconds", durationMilliseconds)
        }
    }

    /// Reads the JSON that `write(to:)` writes, but gates and comparison, which each reader has of its own; nil after a fault.
    /// Unknown members are ignored. Measures are missing in reports of earlier versions.
    public init?(_ value: JSONValue) {
        guard let object = value.openObject(), let coverage = object.required("coverage", { $0.openObject() }) else {
            return nil
        }
        settings = object.optional("settings") { $0.openObject() }.map(ReplaySettings.init)
        total = EventsReport(object)
        timeline = object.optional("timeline") { $0.openObject() }.flatMap(Timeline.init)
        machines = object.each("hosts", Machine.init)
        machinesUnlisted = object["hostsUnlisted"] == nil ? 0 : object.count("hostsUnlisted")
        deliveries = object.each("deliveries", Delivery.init)
        losses = object.each("losses", Loss.init)
        lossesUnlisted = object.count("lossesUnlisted")
        delays = object.eachIfPresent("delay", Delay.init)
        queue = Queue(object.optional("queue") { $0.openObject() })
        late = Late(object.optional("late") { $0.openObject() })
        processes = object.eachIfPresent("processes", Process.init)
        processesUnlisted = object["processesUnlisted"] == nil ? 0 : object.count("processesUnlisted")
        self.coverage = CoverageReport(coverage)
        durationMilliseconds = object.number("durationMilliseconds")
    }
}

extension ReplayReport.Machine {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            if let host {
                json.member("host", host.name)
                json.member("created", host.isCreated)
            }
            if let name { json.member("machine", name) }
            events.writeCounts(to: &json)
        }
    }

    fileprivate init(_ object: JSONObject) {
        let isCreated = object.optional("created") { $0.bool() } ?? false
        self.init(
            name: object.optionalText("machine"),
            host: object.optionalText("host").map { ReplayHost(name: $0, isCreated: isCreated) },
            events: EventsReport(counts: object))
    }
}

extension ReplayReport.Delivery {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            type.writeMembers(to: &json)
            json.member("sent", ends.sent)
            json.member("failed", ends.failed)
            json.member("notSent", ends.notSent)
            json.member("dropped", ends.dropped)
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(
            type: MessageTypeName(object),
            ends: DeliveryLedger.Ends(
                sent: object.count("sent"), failed: object.count("failed"), notSent: object.count("notSent"),
                dropped: object.count("dropped")))
    }
}

extension ReplayReport.Loss {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            if let machine { json.member("machine", machine) }
            type.writeMembers(to: &json)
            json.member("reason", reason)
            if let processId { json.member("processId", processId) }
            if let imageFileName { json.member("imageFileName", imageFileName) }
            json.member("count", count)
            json.member("first") { first.write(to: &$0) }
            json.member("last") { last.write(to: &$0) }
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(
            machine: object.optionalText("machine"), type: MessageTypeName(object), reason: object.text("reason"),
            processId: object.optional("processId") { $0.id() }, imageFileName: object.optionalText("imageFileName"),
            count: object.count("count"), first: Message(member: "first", of: object),
            last: Message(member: "last", of: object))
    }
}

extension ReplayReport.Loss.Message {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", sequence)
            json.member("time", time)
            if let eventTime { json.member("eventTime", eventTime) }
            if let subject { json.member("subject", subject) }
        }
    }

    fileprivate init(member name: StaticString, of loss: JSONObject) {
        let object = loss.required(name) { $0.openObject() }
        self.init(
            sequence: object?.number("sequence") ?? 0,
            time: object?.text("time") ?? "", eventTime: object?.optionalText("eventTime"),
            subject: object?.optionalText("subject"))
    }
}

extension MessageTypeName {
    func writeMembers(to json: inout JSONWriter) {
        json.member("kind", kind)
        json.member("operation", operation)
    }

    init(_ object: JSONObject) {
        self.init(kind: object.text("kind"), operation: object.text("operation"))
    }
}
