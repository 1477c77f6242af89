public import Driver
public import Messages
public import Runtime

extension Driver {
    /// A driver whose surroundings are the test's: an engine that acknowledges, a clock and timers that stand still, a
    /// worker that runs at once, unless others are given.
    public static func make(
        _ config: DriverConfig = DriverConfig(), limits: DriverLimits = DriverLimits(),
        engine: any EnginePort = ScriptedEngine(), clock: any DriverClock = ManualClock(),
        timers: any TimerQueue = ManualTimers(), workQueue: any WorkQueue = InlineWorkQueue(),
        followerQueue: any WorkQueue = InlineWorkQueue()
    ) -> Driver {
        Driver(
            config: config, limits: limits, engine: engine, clock: clock, timers: timers, workQueue: workQueue,
            followerQueue: followerQueue)
    }
}

extension Driver {
    /// All stream contexts, by ascending id.
    public var streamContexts: [StreamContext] { streamContexts(limit: 1_000_000).items }

    /// The whole loaded-drivers list, in order of loading.
    public var loadedDrivers: [LoadedDriver] { loadedDrivers(limit: 1_000_000).items }

    /// All threads of a process, by ascending tid.
    public func threads(of processId: UInt32) throws(DriverError) -> [AuxTidCreationTime] {
        try threads(of: processId, limit: 1_000_000).items
    }
}

extension DriverConfig {
    /// The defaults, changed.
    public static func make(_ change: (inout DriverConfig) -> Void) -> DriverConfig {
        var config = DriverConfig()
        change(&config)
        return config
    }
}

extension DriverLimits {
    /// The defaults, changed.
    public static func make(_ change: (inout DriverLimits) -> Void) -> DriverLimits {
        var limits = DriverLimits()
        change(&limits)
        return limits
    }
}
