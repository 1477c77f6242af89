import Driver
import JSON
import Replay

/// Reports of replays for tests, read from JSON.
enum Sample {
    /// The texts of a recording that must stay texts (UIS-4).
    static let hostile = #"<img src=x onerror=alert(1)></script>"'&amp;\#u{202E}\#u{1}"#

    /// A report of two machines. `name` is in every text that a recording or a client chooses.
    static func report(
        name: String = "a", losses: Int = 2, processes: Int = 2, rejected: Int = 1, buckets: Int = 3, policies: Int = 1,
        subject: String? = nil, isOld: Bool = false
    ) throws -> ReplayReport {
        var json = JSONWriter()
        json.object { json in
            if !isOld { writeSettings(name, policies, to: &json) }
            writeCounts(name, rejected, to: &json)
            if !isOld { writeTimeline(name, buckets, to: &json) }
            writeLosses(name, subject ?? name, losses, to: &json)
            json.member("processes", each: 0..<processes) { json, place in
                json.object { json in
                    json.member("machine", name)
                    json.member("processId", 1000 + place)
                    json.member("imageFileName", #"C:\"# + (subject ?? name) + "\\p.exe")
                    json.member("messages", 7)
                    json.member("lost", 3)
                    json.member("afterExit", 1)
                }
            }
            json.member("processesUnlisted", 4)
            writeCoverage(name, isOld: isOld, to: &json)
            json.member("durationMilliseconds", 1234)
        }
        return try JSONDocument.read(json.bytes) { ReplayReport($0) }
    }

    private static func writeSettings(_ name: String, _ policies: Int, to json: inout JSONWriter) {
        json.member("settings") { json in
            json.object { json in
                json.member("version", "1.2.3")
                json.member("command", "wdfilterd replay \(name) --rules \(name)")
                json.member("files", each: [name]) { $0.value($1) }
                json.member("pace", name)
                json.member("engine") { $0.object { $0.member("type", name) } }
                json.member("rules", each: ["NotifyImageLoadRule"]) { $0.value($1) }
                json.member("policies", each: 0..<policies) { json, place in
                    json.object { json in
                        json.member("imageFileName", place == 0 ? #"*\p.exe"# : "\(name)\(place)")
                        json.member("rules", each: ["NotifyProcessCmdLine", name]) { $0.value($1) }
                    }
                }
                json.member("driver") { $0.object { $0.member("maxAsyncNotificationCount", 24) } }
                json.member("limits") { $0.object { $0.member(key: name, 5) } }
            }
        }
    }

    private static func writeCounts(_ name: String, _ rejected: Int, to json: inout JSONWriter) {
        func counts(_ json: inout JSONWriter) {
            json.member("lines", 12_345)
            json.member("applied", 4321)
            json.member("appliedByType") { $0.object { $0.member(key: name, 4321) } }
            json.member("skipped") { $0.object { $0.member(key: name, 8) } }
            json.member("skippedByType") { $0.object { _ in } }
            json.member("messages") { json in
                json.object { json in
                    for kind in ["sync", "async", "direct"] { json.member(key: kind) { $0.object { _ in } } }
                }
            }
            json.member("processesSynthesised", 0)
            json.member("processesCompleted", 0)
        }
        counts(&json)
        json.member("rejected", each: 0..<min(rejected, 100)) { json, place in
            json.object { json in
                json.member("part", name)
                json.member("line", place + 1)
                json.member("detail", name)
            }
        }
        json.member("rejectedCount", rejected)
        json.member("machines", each: [name]) { $0.value($1) }
        json.member("hosts", each: [name, "pc2"]) { json, machine in
            json.object { json in
                json.member("host", "pc")
                json.member("created", true)
                json.member("machine", machine)
                counts(&json)
            }
        }
    }

    private static func writeTimeline(_ name: String, _ buckets: Int, to json: inout JSONWriter) {
        json.member("timeline") { json in
            json.object { json in
                json.member("bucketMs", 1024)
                json.member("start", "2020-02-21T10:15:30.0000000Z")
                json.member("firstEvent", "2020-02-21T10:15:30.1234567Z")
                json.member("lastEvent", "2020-02-21T10:15:59.1234567Z")
                json.member("lanes", each: [name, "pc2"]) { json, machine in
                    json.object { json in
                        json.member("machine", machine)
                        json.member("machineCount", 1)
                        json.member("items", each: 1...buckets) { write(bucket: $1, name, to: &$0) }
                    }
                }
            }
        }
    }

    private static func write(bucket number: Int, _ name: String, to json: inout JSONWriter) {
        json.object { json in
            json.member("bucket", number)
            json.member("time", "2020-02-21T10:15:30.0000000Z")
            json.member("events", 5)
            json.member("depthMax", number % 2 == 0 ? 24 : 0)
            for list in ["highPriority", "normal"] {
                json.member(key: list) { json in
                    json.object { json in
                        json.member("last", 0)
                        json.member("max", number % 2 == 0 ? 12 : 0)
                    }
                }
            }
            json.member("enqueued", 4)
            json.member("sent", 3)
            json.member("sendFailed", 0)
            json.member("dropped", 1)
            for kind in ["sync", "direct"] {
                json.member(key: kind) { json in
                    json.object { json in
                        json.member("sent", 1)
                        json.member("failed", 0)
                        json.member("notSent", 0)
                    }
                }
            }
            json.member("losses") { json in
                json.object { json in
                    json.member("overflow", 1)
                    json.member(key: name, 2)
                }
            }
        }
    }

    private static func writeLosses(_ name: String, _ subject: String, _ count: Int, to json: inout JSONWriter) {
        json.member("deliveries", each: [0]) { json, _ in
            json.object { json in
                json.member("kind", "async")
                json.member("operation", name)
                json.member("sent", 90)
                json.member("failed", 0)
                json.member("notSent", 0)
                json.member("dropped", count)
            }
        }
        json.member("losses", each: 0..<count) { json, place in
            json.object { json in
                json.member("machine", name)
                json.member("kind", "async")
                json.member("operation", name)
                json.member("reason", place == 0 ? "overflow" : name)
                json.member("processId", 1000 + place)
                json.member("imageFileName", #"C:\"# + name)
                json.member("count", place + 1)
                for end in ["first", "last"] {
                    json.member(key: end) { json in
                        json.object { json in
                            json.member("sequence", 5)
                            json.member("time", "2020-02-21T10:15:31.5Z")
                            json.member("subject", subject)
                        }
                    }
                }
            }
        }
        json.member("lossesUnlisted", 0)
    }

    private static func writeCoverage(_ name: String, isOld: Bool, to json: inout JSONWriter) {
        json.member("coverage") { json in
            json.object { json in
                json.member("percent", 12)
                json.member("reached", 7)
                json.member("outcomes", 56)
                json.member("routines", each: DriverRoutine.allCases.filter { !$0.checks.isEmpty }) { json, routine in
                    json.object { json in
                        json.member("routine", routine.name)
                        json.member("records", 12)
                        json.member("notified", 3)
                        json.member("conditions", each: routine.checks) { json, check in
                            json.object { json in
                                json.member("check", check.text)
                                json.member("held", 0)
                                json.member("failed", 12)
                                json.member("why", name)
                            }
                        }
                        if isOld { return }
                        json.member("tree", each: routine.conditions.enumerated()) { json, place in
                            json.object { json in
                                json.member("id", place.element.id)
                                json.member("held", place.offset == 0 ? 1111 : 0)
                                json.member("failed", place.offset == 0 ? 2222 : 0)
                            }
                        }
                    }
                }
                json.member("messageTypes", each: [0]) { json, _ in
                    json.object { json in
                        json.member("kind", "sync")
                        json.member("operation", name)
                        json.member("made", 0)
                        json.member("why", name)
                    }
                }
                json.member("gaps", each: [name]) { $0.value($1) }
            }
        }
    }
}
