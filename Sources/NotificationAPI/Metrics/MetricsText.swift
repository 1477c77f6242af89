import Messages
import WebhookEngine

/// The text of `/metrics`, written piece by piece as the client reads it.
///
/// Sorted by metric and then by host, as the format requires. For a client that stops reading, the service holds about a
/// hundred bytes per host, and one unsent piece.
struct MetricsText {
    private enum Position {
        case service
        case route(Int)
        case durations(Int)
        case hosts
        case family(Int, host: Int)
        case end
    }

    private let api: NotificationAPI
    private let reading: MetricsReading
    private var position = Position.service
    private var text = PrometheusText()

    init(_ reading: MetricsReading, of api: NotificationAPI) {
        self.reading = reading
        self.api = api
    }

    /// Copies the next bytes to `buffer`, and returns their number; 0 at the end.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while text.bytes.count < buffer.count, advance() {}
        let count = min(text.bytes.count, buffer.count)
        buffer.copyBytes(from: text.bytes[..<count])
        text.removeFirst(count)
        return count
    }

    /// The number of unsent bytes.
    var heldBytes: Int { text.bytes.count }

    /// Appends the next piece; false at the end.
    private mutating func advance() -> Bool {
        switch position {
        case .service:
            writeService()
            position = .route(0)
        case .route(let index):
            if index <= NotificationAPI.routes.count {
                let routes = NotificationAPI.routes
                write(index < routes.count ? routes[index].metrics : api.metrics.unrouted)
                position = .route(index + 1)
            } else {
                text.metric(
                    "wdfilterd_http_request_duration_seconds", "histogram",
                    "Time from the headers of a request to its answer, by operation, waits included.")
                position = .durations(0)
            }
        case .durations(let index):
            if index < NotificationAPI.routes.count {
                writeDurations(NotificationAPI.routes[index].metrics)
                position = .durations(index + 1)
            } else {
                writeProcess()
                position = .hosts
            }
        case .hosts:
            writeHosts()
            position = .family(0, host: 0)
        case .family(let index, let host):
            guard index < HostFamily.all.count else {
                position = .end
                return false
            }
            let family = HostFamily.all[index]
            if host == 0 { text.metric(family.name, family.type, family.help) }
            if host < reading.names.count { write(family, host) }
            position = host + 1 < reading.names.count ? .family(index, host: host + 1) : .family(index + 1, host: 0)
        case .end: return false
        }
        return true
    }

    private mutating func writeService() {
        text.metric("wdfilterd_build_info", "gauge", "The running version.")
        // Not `instance`, which Prometheus gives to what it scrapes.
        let instance = api.about.instance.map { [("server_instance", $0)] } ?? []
        text.sample("wdfilterd_build_info", [("version", api.about.version)] + instance, 1)
        text.metric("wdfilterd_http_requests_total", "counter", "Answers by operation and status.")
    }

    private mutating func write(_ route: RouteMetrics) {
        for (status, count) in route.statuses {
            text.sample(
                "wdfilterd_http_requests_total", [("operation", route.operation), ("status", String(status))], count)
        }
    }

    /// Writes the durations of an operation that was used.
    private mutating func writeDurations(_ route: RouteMetrics) {
        let (buckets, sum) = route.durations.snapshot
        guard buckets.contains(where: { $0 > 0 }) else { return }
        text.histogram(
            "wdfilterd_http_request_duration_seconds", [("operation", route.operation)], buckets + [sum],
            route.durations.bounds)
    }

    private mutating func writeProcess() {
        let usage = ProcessUsage.current
        text.metric("process_cpu_seconds_total", "counter", "CPU time of the process in seconds.")
        text.sample("process_cpu_seconds_total", [], seconds: usage.cpuSeconds)
        gauge("process_resident_memory_bytes", "Memory of the process in RAM, in bytes.", usage.residentBytes)
        gauge("process_virtual_memory_bytes", "Address space of the process in bytes.", usage.virtualBytes)
        gauge("process_open_fds", "Open files and sockets.", usage.openDescriptors)
        gauge("process_max_fds", "The limit of open files and sockets.", usage.maxDescriptors)
        gauge(
            "process_start_time_seconds", "When the process started, in seconds since 1970.",
            Int(api.startTime.second) - Int(FileTime.unixEpoch.second))
    }

    private mutating func writeHosts() {
        gauge("wdfilterd_hosts", "Hosts.", reading.hosts)
        gauge(
            "wdfilterd_metrics_hosts_omitted",
            "Hosts without series of their own, because there are more than metrics.hostLimit.", reading.omitted)
        counter(
            "wdfilterd_log_lines_dropped_total", "Log lines dropped because standard error was not read in time.",
            api.droppedLogLines())
        gauge("wdfilterd_message_streams", "Live streams of messages.", api.openStreams)
        gauge("wdfilterd_unread_answer_bytes", "Bytes of answers that clients have not read.", api.answerMemory.bytes)
        counter(
            "wdfilterd_webhook_no_connection_total",
            "Messages that timed out before a connection to their webhook was free.",
            UInt64(clamping: api.dependencies.webhooks.withoutConnectionCount))
        counter(
            "wdfilterd_async_left_queued_total", "Messages that were still queued when their host was deleted.",
            reading.leftQueued)
        text.metric(
            "wdfilterd_deprecated_uses_total", "counter", "Requests and lines that used a deprecated name, by its name."
        )
        for (name, count) in api.deprecations.uses {
            text.sample("wdfilterd_deprecated_uses_total", [("name", name)], count)
        }
    }

    private mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        text.metric(name, "counter", help)
        text.sample(name, [], value)
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        text.metric(name, "gauge", help)
        text.sample(name, [], value)
    }

    private mutating func write(_ family: HostFamily, _ host: Int) {
        let labels = reading.names[host].map { [("host", $0)] } ?? []
        let numbers = reading.numbers.numbers(of: family, at: host)
        switch family.shape {
        case .single: text.sample(family.name, labels, numbers[0])
        case .operations:
            for (operation, number) in zip(SyncOperation.allCases, numbers) {
                text.sample(family.name, labels + [("operation", operation.name)], number)
            }
        case .latency: text.histogram(family.name, labels, numbers, Histogram.engineBounds)
        }
    }
}

extension PrometheusText {
    /// Writes a histogram. `numbers` has the count of each bucket, the unbounded one last, and then the sum in microseconds.
    fileprivate mutating func histogram(
        _ name: String, _ labels: [(String, String)], _ numbers: [UInt64], _ bounds: [UInt64]
    ) {
        var count: UInt64 = 0
        for (index, observations) in numbers.dropLast().enumerated() {
            count &+= observations
            let bound =
                index < bounds.count ? "\(Double(bounds[index]) / 1_000_000)" : "+Inf"
            sample(name + "_bucket", labels + [("le", bound)], count)
        }
        sample(name + "_sum", labels, seconds: Double(numbers.last ?? 0) / 1_000_000)
        sample(name + "_count", labels, count)
    }
}
