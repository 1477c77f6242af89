import Driver
import Messages

extension ObservedValue {
    /// The counters as `GET /counters` has them.
    init(_ counters: CountersSnapshot) {
        let sync = counters.sync.map { entry in
            Member(entry.operation.name, .values(of: SyncCounters.table, in: entry.counters))
        }
        let objects = CountersSnapshot.objects.map { Member("\($0.name)", .values(of: $0.counters, in: counters)) }
        self = .members([Member("sync", .members(sync))] + objects)
    }

    private static func values<Snapshot>(of counters: [Counter<Snapshot>], in snapshot: Snapshot) -> ObservedValue {
        .members(
            counters.map { counter in
                switch counter.reading {
                case .number(let read): Member("\(counter.member)", .signed(read(snapshot)))
                case .status(let read): Member("\(counter.member)", .status(read(snapshot)))
                }
            })
    }

    /// The queue as `GET /queues` has it, without its messages.
    init(_ queues: QueuesSnapshot) {
        func list(_ count: Int) -> ObservedValue { .members([Member("count", .signed(Int64(count)))]) }
        self = .members([
            Member("notificationsCount", .signed(Int64(queues.notificationsCount))),
            Member("maxAsyncNotificationCount", .signed(Int64(queues.config.maxAsyncNotificationCount))),
            Member("asyncStarvationLimit", .signed(Int64(queues.config.asyncStarvationLimit))),
            Member("starvationCounter", .signed(Int64(queues.starvationCounter))),
            Member("totalSizeRemainingNotifications", .signed(Int64(queues.totalSizeRemainingNotifications))),
            Member("worker", .text(queues.workerMode.rawValue)),
            Member("highPriority", list(queues.highPriorityCount)), Member("normal", list(queues.normalCount)),
            Member("waiting", list(queues.waitingCount)),
        ])
    }
}

/// The fields of counters, queues and loaded drivers that an expectation can name.
public enum StateField {
    /// Those of `GET /counters`.
    public static let counters: [FieldType.Field] =
        [
            .init(
                "sync",
                .members(SyncOperation.allCases.map { .init($0.name, .members(fields(of: SyncCounters.table))) }))
        ] + CountersSnapshot.objects.map { .init("\($0.name)", .members(fields(of: $0.counters))) }

    private static func fields<Snapshot>(of counters: [Counter<Snapshot>]) -> [FieldType.Field] {
        counters.map { counter in
            switch counter.reading {
            case .number: .init("\(counter.member)", .number(max: UInt64(Int64.max)))
            case .status: .init("\(counter.member)", .status)
            }
        }
    }

    /// Those of `GET /queues`.
    public static let queues: [FieldType.Field] = [
        .init("notificationsCount", count), .init("maxAsyncNotificationCount", count),
        .init("asyncStarvationLimit", count), .init("starvationCounter", count),
        .init("totalSizeRemainingNotifications", count),
        .init("worker", .choice(AsyncWorkerMode.allCases.map(\.rawValue))),
        .init("highPriority", .members([.init("count", count)])), .init("normal", .members([.init("count", count)])),
        .init("waiting", .members([.init("count", count)])),
    ]

    private static let count = FieldType.number(max: UInt64(Int64.max))

    /// Those of an entry of `GET /drivers`.
    public static let drivers: [FieldType.Field] = [
        .init("fullImageName", .fileName), .init("imageBase", .hex(max: .max)), .init("imageSize", .number(max: .max)),
    ]

    /// Those of an entry of `GET /boot-processes`.
    public static let bootProcesses: [FieldType.Field] = [
        .init("processId", .number(max: UInt64(UInt32.max))), .init("parent", .process),
        .init("imageFileName", .fileName), .init("commandLine", .text),
    ]

    /// Those of a stream context.
    public static let stream: [FieldType.Field] = [.init("rules", .streamRules)]

    /// Those of the result of `createProcess`.
    public static let creation: [FieldType.Field] = [.init("created", .boolean), .init("accessDenied", .boolean)]

    /// Those of the result of `replay`, except `skipped`, whose members are the reasons.
    public static let replay: [FieldType.Field] = [
        .init("lines", count), .init("applied", count), .init("rejectedCount", count),
        .init("processesSynthesised", count),
    ]
}

extension ObservedValue {
    /// The fields of a loaded kernel image.
    init(_ driver: LoadedDriver) {
        self = .members([
            Member("fullImageName", .text(driver.fullImageName.text)), Member("imageBase", .hex(driver.imageBase)),
            Member("imageSize", .number(driver.imageSize)),
        ])
    }
}

extension ObservedValue {
    /// The fields of one of the first processes.
    init(_ process: BootProcess) {
        self = .members([
            Member("processId", .number(UInt64(process.process.processId))), Member("parent", .process(process.parent)),
            Member("imageFileName", .text(process.imageFileName.text)),
            Member("commandLine", .text(process.commandLine.text)),
        ])
    }
}
