public import Driver
public import Messages
public import Runtime

extension Driver {
    /// A driver with the test's surroundings. By default the engine acknowledges, clock and timers stand still, and the
    /// worker runs at once.
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
    /// All stream contexts, in ascending order of id.
    public var streamContexts: [StreamContext] { streamContexts(limit: 1_000_000).items }

    /// The whole loaded-drivers list, in order of loading.
    public var loadedDrivers: [LoadedDriver] { loadedDrivers(limit: 1_000_000).items }

    /// All threads of a process, in ascending order of tid.
    public func threads(of processId: UInt32) throws(DriverError) -> [AuxTidCreationTime] {
        try threads(of: processId, limit: 1_000_000).items
    }
}

extension DriverConfig {
    /// The defaults with a change.
    public static func make(_ change: (inout DriverConfig) -> Void) -> DriverConfig {
        var config = DriverConfig()
        change(&config)
        return config
    }
}

extension DriverLimits {
    /// The defaults with a change.
    public static func make(_ change: (inout DriverLimits) -> Void) -> DriverLimits {
        var limits = DriverLimits()
        change(&limits)
        return limits
    }
}
