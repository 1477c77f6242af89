import JSON

extension SweepResult {
    /// Writes the member `sweep` of a report. Latencies are in microseconds.
    func writeMember(to json: inout JSONWriter) {
        json.member("sweep") { json in
            json.object { json in
                json.member("axes", each: axes) { json, axis in
                    json.object { json in
                        json.member("name", axis.parameter.rawValue)
                        json.member("values", each: axis.values) { $0.value($1) }
                    }
                }
                json.member("points", each: points) { json, point in
                    json.object { json in
                        for column in SweepColumn.all(axes) { column.write(point, &json) }
                    }
                }
                json.member("knees", each: knees) { json, knee in
                    json.object { json in
                        if let row = knee.row { json.member(key: axes[1].parameter.rawValue, row) }
                        json.member("value") { json in if let value = knee.value { json.value(value) } }
                        json.member("beyond") { json in if let beyond = knee.beyond { json.value(beyond.values[0]) } }
                        json.member("again") { json in if let again = knee.again { json.value(again) } }
                    }
                }
            }
        }
    }

    /// The points as lines of CSV, with a header.
    var csv: [UInt8] {
        let columns = SweepColumn.all(axes)
        return CSVLine(columns.map(\.name)).bytes
            + points.flatMap { point in CSVLine(columns.map { $0.value(point).map(String.init) ?? "" }).bytes }
    }

    /// The points as lines of JSON.
    var ndjson: [UInt8] {
        var json = JSONWriter()
        for point in points {
            json.object { json in for column in SweepColumn.all(axes) { column.write(point, &json) } }
            json.newline()
        }
        return json.bytes
    }
}

/// A figure of a point.
private struct SweepColumn {
    let name: String
    let value: (SweepPoint) -> Int?

    static func all(_ axes: [SweepAxis]) -> [SweepColumn] {
        axes.enumerated().map { index, axis in
            SweepColumn(name: axis.parameter == .latency ? "latencyMicroseconds" : axis.parameter.member) {
                $0.values[index]
            }
        } + [
            SweepColumn(name: "messages") { $0.messages }, SweepColumn(name: "lost") { $0.lost },
            SweepColumn(name: "maxDelayMicroseconds") { $0.longestDelay.map { Int(clamping: $0) } },
            SweepColumn(name: "queuePeak") { $0.longestQueue }, SweepColumn(name: "afterExit") { $0.afterExit },
            SweepColumn(name: "afterEnd") { $0.afterEnd }, SweepColumn(name: "refined") { $0.isRefined ? 1 : 0 },
        ]
    }

    func write(_ point: SweepPoint, _ json: inout JSONWriter) {
        guard let value = value(point) else { return }
        if name == "refined" {
            json.member(key: name) { $0.value(value == 1) }
        } else {
            json.member(key: name, value)
        }
    }
}

extension SweepAxis.Parameter {
    fileprivate var member: String { self == .failEvery ? "failEvery" : rawValue }
}
