public import JSON

extension CoverageReport {
    /// Writes the report as the API answers it.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            // To a tenth exactly, whatever a Double would print.
            json.member("percent", json: Array("\(tenths / 10).\(tenths % 10)".utf8))
            json.member("reached", reached)
            json.member("outcomes", outcomes)
            json.member("routines", each: routines) { json, routine in
                json.object { json in
                    json.member("routine", routine.name)
                    json.member("records", routine.records)
                    json.member("notified", routine.notified)
                    json.member("conditions", each: routine.conditions) { $1.write(to: &$0) }
                    if routine.places.isEmpty { return }
                    json.member("tree", each: routine.places) { $1.write(to: &$0) }
                }
            }
            json.member("messageTypes", each: messageTypes) { json, message in
                json.object { json in
                    message.type.writeMembers(to: &json)
                    json.member("made", message.made)
                    if let why = message.why { json.member("why", why) }
                }
            }
            json.member("gaps", each: gaps) { json, gap in json.value(gap) }
        }
    }

    /// Reads the JSON that `write(to:)` writes; `percent` is computed.
    init(_ object: JSONObject) {
        reached = object.count("reached")
        outcomes = object.count("outcomes")
        routines = object.each("routines") { routine in
            Routine(
                name: routine.text("routine"), records: routine.count("records"), notified: routine.count("notified"),
                conditions: routine.each("conditions", Condition.init),
                places: routine.eachIfPresent("tree", Place.init))
        }
        messageTypes = object.each("messageTypes") { message in
            Message(type: MessageTypeName(message), made: message.count("made"), why: message.optionalText("why"))
        }
        gaps = object.texts("gaps")
    }
}

extension CoverageReport.Place {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("held", held)
            json.member("failed", failed)
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(id: object.text("id"), held: object.count("held"), failed: object.count("failed"))
    }
}

extension CoverageReport.Condition {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("check", check)
            json.member("held", held)
            json.member("failed", failed)
            if let why { json.member("why", why) }
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(
            check: object.text("check"), held: object.count("held"), failed: object.count("failed"),
            why: object.optionalText("why"))
    }
}
