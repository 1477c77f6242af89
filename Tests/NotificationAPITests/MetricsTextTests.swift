import Testing

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

    @Test func `metrics are text that a scraper reads, and tell what the counters tell`() throws {
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
        // All APIs of a process count their answers together.
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

    @Test func `statuses of every kind are counted`() throws {
        let live = try LiveAPI()
        for target in ["/nothing", "*"] { _ = try live.client().ask("GET", target) }
        let unrouted = try samples(live).filter { $0.labels["operation"] == "none" }
        #expect(Set(unrouted.compactMap { $0.labels["status"] }) == ["404", "400"])
    }
}
