import MicroHTTPD
import TestSupport
import Testing

@testable import NotificationAPI

/// The Prometheus text format.
@Suite struct MetricsTextTests {
    /// One sample.
    private struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    /// Reads `name{label="value",...} value`; the labels have no escapes.
    private func sample(_ line: Substring) throws -> Sample {
        let space = try #require(line.lastIndex(of: " "))
        let value = try #require(Double(line[space...].dropFirst()))
        guard let brace = line.firstIndex(of: "{") else {
            return Sample(name: String(line[..<space]), labels: [:], value: value)
        }
        #expect(line[..<space].last == "}")
        var labels: [String: String] = [:]
        for pair in line[brace..<space].dropFirst().dropLast().split(separator: ",") {
            let parts = pair.split(separator: "=")
            try #require(parts.count == 2 && parts[1].first == "\"" && parts[1].last == "\"")
            #expect(labels.updateValue(String(parts[1].dropFirst().dropLast()), forKey: String(parts[0])) == nil)
        }
        return Sample(name: String(line[..<brace]), labels: labels, value: value)
    }

    private func samples(_ live: LiveAPI) throws -> [Sample] {
        let answer = try live.client().ask("GET", "/metrics")
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.body.last == 10)
        var types: [String: String] = [:]
        var samples: [Sample] = []
        for line in answer.text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil)
            } else if !line.hasPrefix("# HELP ") {
                let sample = try sample(line)
                let family = ["_bucket", "_sum", "_count"].reduce(sample.name) { name, suffix in
                    name.hasSuffix(suffix) && types[name] == nil ? String(name.dropLast(suffix.count)) : name
                }
                #expect(types[family] != nil, "\(line)")
                #expect((types[family] == "counter") == sample.name.hasSuffix("_total"), "\(line)")
                samples.append(sample)
            }
        }
        #expect(Set(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }).count == samples.count)
        return samples
    }

    @Test func `metrics are text that a scraper reads, and agree with the counters`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        try client.begin(Processes.remoteThread(on: "a"))
        _ = try client.receive()
        _ = try client.ask("POST", "/v1/hosts/a/worker/drain", "{}")
        let samples = try samples(live)
        func value(_ name: String, _ labels: [String: String]) -> Double? {
            samples.first { $0.name == "wdfilterd_" + name && $0.labels == labels }?.value
        }
        #expect(value("hosts", [:]) == 2)
        #expect(value("async_sent_total", ["host": "a"]) == 1)
        #expect(value("async_sent_total", ["host": "default"]) == 0)
        #expect(value("direct_sends_total", ["host": "a"]) == 2)
        #expect(value("processes", ["host": "a"]) == 3)
        #expect(
            value("sync_acknowledged_total", ["host": "a", "operation": "NewThreadDifferentProcess"]) == 1)
        // All APIs in a process count their answers together.
        #expect(value("http_requests_total", ["operation": "createProcess", "status": "201"]) ?? 0 >= 2)

        let buckets = samples.filter {
            $0.name == "wdfilterd_engine_latency_seconds_bucket" && $0.labels["host"] == "a"
        }
        let bounds = try buckets.map { bucket in try #require(bucket.labels["le"].flatMap { Double($0) }) }
        #expect(bounds == bounds.sorted() && bounds.last == .infinity)
        #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
        #expect(buckets.last?.value == 4)
        #expect(value("engine_latency_seconds_count", ["host": "a"]) == 4)
    }

    /// The values of a metric, by host; the empty name if there is no label.
    private func values(_ name: String, _ samples: [Sample]) -> [String: Double] {
        samples.filter { $0.name == "wdfilterd_" + name }.reduce(into: [:]) { $0[$1.labels["host"] ?? ""] = $1.value }
    }

    /// Hosts `a` and `b` with two messages each; one stays in `b`'s queue.
    private func makeTwoHosts(_ live: LiveAPI) throws {
        let client = try live.client()
        for host in ["a", "b"] {
            try Processes.make(on: host, client)
            try client.begin(Processes.imageLoad(on: host))
            _ = try client.receive()
            _ = try client.ask("POST", "/v1/hosts/\(host)/worker/drain", "{}")
            if host == "b" { _ = try client.ask("PUT", "/v1/hosts/b/worker", #"{"state":"paused"}"#) }
            try client.begin(Processes.imageLoad(on: host))
            _ = try client.receive()
        }
        _ = try client.ask("POST", "/v1/hosts/a/worker/drain", "{}")
    }

    @Test func `FLT-4 sum adds up all hosts, including removed ones, without the label`() throws {
        var options = MetricsOptions()
        options.hosts = .sum
        let live = try LiveAPI(metrics: options)
        try makeTwoHosts(live)
        let before = try samples(live)
        #expect(before.allSatisfy { $0.labels["host"] == nil })
        #expect(values("async_enqueued_total", before) == ["": 4])
        #expect(values("async_sent_total", before) == ["": 3])
        #expect(values("queue_depth", before) == ["": 1])
        #expect(values("processes", before) == ["": 7])
        #expect(values("hosts", before) == ["": 3])
        #expect(values("engine_latency_seconds_count", before) == ["": 7])
        #expect(values("metrics_hosts_omitted", before) == ["": 0])

        let client = try live.client()
        for host in ["a", "b"] { #expect(try client.ask("DELETE", "/v1/hosts/\(host)").status == 204) }
        #expect(eventually { live.api.hosts.drainingHosts.drivers.isEmpty })
        let after = try samples(live)
        #expect(values("async_enqueued_total", after) == ["": 4])
        #expect(values("async_sent_total", after) == ["": 3])
        #expect(values("async_left_queued_total", after) == ["": 1])
        #expect(values("queue_depth", after) == ["": 0])
        #expect(values("processes", after) == ["": 1])
        #expect(values("engine_latency_seconds_count", after) == ["": 7])
    }

    @Test func `FLT-4 with more hosts than the limit only sums are shown, with the number of hosts`() throws {
        var options = MetricsOptions()
        options.hostLimit = 3
        let live = try LiveAPI(metrics: options)
        try makeTwoHosts(live)
        let each = try samples(live)
        #expect(values("async_sent_total", each) == ["a": 2, "b": 1, "default": 0])
        #expect(values("metrics_hosts_omitted", each) == ["": 0])
        _ = try live.client().ask("PUT", "/v1/hosts/c", "{}")
        let sums = try samples(live)
        #expect(values("async_sent_total", sums) == ["": 3])
        #expect(values("metrics_hosts_omitted", sums) == ["": 4])
        #expect(values("hosts", sums) == ["": 4])
    }

    @Test func `the sums neither miss a host that is being removed nor count it twice`() throws {
        var options = MetricsOptions()
        options.hosts = .sum
        let live = try LiveAPI(metrics: options)
        let client = try live.client()
        for index in 0..<40 {
            _ = try client.ask("PUT", "/v1/hosts/h\(index)", "{}")
            let body = #"{"operation":"LogPrint","data":""}"#
            _ = try client.ask("POST", "/v1/hosts/h\(index)/notifications/async", body)
            _ = try client.ask("POST", "/v1/hosts/h\(index)/worker/drain", "{}")
        }
        onThreads(2) { index in
            do {
                let client = try live.client()
                for host in 0..<40 where index == 0 { _ = try client.ask("DELETE", "/v1/hosts/h\(host)") }
                for _ in 0..<40 where index == 1 { #expect(try values("async_sent_total", samples(live)) == ["": 40]) }
            } catch {
                Issue.record(error)
            }
        }
    }

    @Test func `scrapes of many hosts are complete, and an unread one holds little memory`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for index in 0..<200 { _ = try client.ask("PUT", "/v1/hosts/host-\(index)", "{}") }
        let all = try samples(live)
        #expect(values("queue_depth", all).count == 201)
        #expect(all.count > 201 * 60)
        let reading = MetricsReading(live.api.hosts, MetricsOptions())
        #expect(reading.names.count == 201)
        #expect(reading.numbers.size <= 201 * 100)

        // One piece at a time, whatever the total.
        var text = MetricsText(reading, of: live.api)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 1)
        defer { buffer.deallocate() }
        var length = 0
        var held = 0
        while case let count = text.next(into: buffer), count > 0 {
            length += count
            held = max(held, text.heldBytes)
        }
        #expect(held <= 32_768)
        #expect(length > 900_000)
    }

    @Test func `numbers of any size survive packing`() {
        var packed = PackedNumbers()
        let values: [[Int64]] = [[0, 1, 127, 128, 16_383, 16_384, .max], [.max, 5]]
        for values in values { packed.append(HostNumbers(values: values)) }
        for (index, values) in values.enumerated() {
            for (place, value) in values.prefix(HostNumbers.counters.count).enumerated() {
                #expect(packed.numbers(of: HostFamily.all[place], at: index) == [UInt64(value)])
            }
        }
    }

    @Test func `statuses of every kind are counted`() throws {
        let live = try LiveAPI()
        for target in ["/nothing", "*"] { _ = try live.client().ask("GET", target) }
        let unrouted = try samples(live).filter { $0.labels["operation"] == "none" }
        #expect(Set(unrouted.compactMap { $0.labels["status"] }) == ["404", "400"])
    }
}
