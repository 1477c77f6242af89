import JSON
import Messages

extension Timeline {
    /// Writes the timeline, with the names of `GET /history` in its buckets.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("bucketMs", bucketMilliseconds)
            json.member("start", start.rfc3339)
            json.member("firstEvent", firstEvent.rfc3339)
            json.member("lastEvent", lastEvent.rfc3339)
            json.member("lanes", each: lanes) { json, lane in
                json.object { json in
                    if let machine = lane.machine { json.member("machine", machine) }
                    json.member("machineCount", lane.machineCount)
                    json.member("items", each: lane.buckets) { $1.write(to: &$0, time: beginning(of: $1.number)) }
                }
            }
        }
    }

    /// Reads the JSON that `write(to:)` writes; nil after a fault.
    init?(_ object: JSONObject) {
        func time(_ name: StaticString) -> FileTime { FileTime(object.text(name)) ?? .none }
        let lanes = object.each("lanes") { lane in
            Lane(
                machine: lane.optionalText("machine"), machineCount: lane.count("machineCount"),
                buckets: lane.each("items", Bucket.init))
        }
        let bucketMilliseconds = object.count("bucketMs")
        // Its length is multiplied with numbers, and 9999 ends before this.
        let isSane =
            (1...1 << 40).contains(bucketMilliseconds)
            && lanes.allSatisfy { $0.buckets.allSatisfy { (1...Timeline.mostBuckets).contains($0.number) } }
        guard isSane else {
            object.value.fault("buckets are numbered from 1 to \(Timeline.mostBuckets)")
            return nil
        }
        self.init(
            bucketMilliseconds: bucketMilliseconds, start: time("start"), firstEvent: time("firstEvent"),
            lastEvent: time("lastEvent"), lanes: lanes)
    }
}

extension Timeline.Bucket {
    fileprivate func write(to json: inout JSONWriter, time: FileTime) {
        json.object { json in
            json.member("bucket", number)
            json.member("time", time.rfc3339)
            json.member("events", events)
            json.member("depthMax", depth)
            highPriority.writeMember("highPriority", to: &json)
            normal.writeMember("normal", to: &json)
            json.member("enqueued", async.all)
            json.member("sent", async.sent)
            json.member("sendFailed", async.failed)
            json.member("dropped", async.dropped)
            json.member("sync") { json in
                json.object { json in
                    json.member("sent", sync.sent)
                    json.member("failed", sync.failed)
                    json.member("notSent", sync.notSent)
                }
            }
            json.member("direct") { json in
                json.object { json in
                    json.member("sent", direct.sent)
                    json.member("failed", direct.failed)
                }
            }
            if let latency { json.member("latency") { latency.write(to: &$0) } }
            if losses.isEmpty { return }
            json.member("losses") { json in
                json.object { json in
                    for (reason, count) in losses.sorted(by: { $0.key < $1.key }) { json.member(key: reason, count) }
                }
            }
        }
    }

    fileprivate init(_ object: JSONObject) {
        func ends(_ object: JSONObject?, _ sent: StaticString, _ failed: StaticString) -> DeliveryLedger.Ends {
            DeliveryLedger.Ends(
                sent: object?.count(sent) ?? 0, failed: object?.count(failed) ?? 0,
                notSent: object?.optionalCount("notSent") ?? 0, dropped: object?.optionalCount("dropped") ?? 0)
        }
        let (sync, direct) = (
            object.required("sync") { $0.openObject() }, object.required("direct") { $0.openObject() }
        )
        self.init(
            number: object.count("bucket"), events: object.count("events"), depth: object.count("depthMax"),
            highPriority: Level(object.required("highPriority") { $0.openObject() }),
            normal: Level(object.required("normal") { $0.openObject() }),
            async: ends(object, "sent", "sendFailed"), sync: ends(sync, "sent", "failed"),
            direct: ends(direct, "sent", "failed"),
            latency: object.optional("latency") { $0.openObject() }.map(Latency.init),
            losses: object["losses"] == nil ? [:] : object.counts("losses"))
    }
}

extension Timeline.Bucket.Level {
    fileprivate func writeMember(_ name: StaticString, to json: inout JSONWriter) {
        json.member(name) { json in
            json.object { json in
                json.member("last", last)
                json.member("max", most)
            }
        }
    }

    fileprivate init(_ object: JSONObject?) {
        self.init(last: object?.count("last") ?? 0, most: object?.count("max") ?? 0)
    }
}

extension Timeline.Bucket.Latency {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("count", count)
            json.member("totalMicroseconds", total)
            json.member("maxMicroseconds", longest)
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(
            count: object.count("count"), total: object.number("totalMicroseconds"),
            longest: object.number("maxMicroseconds"))
    }
}
