import Driver
import Messages

extension DriverCall {
    /// How a process gets its context.
    enum CreationKind: Sendable {
        /// By its creation.
        case new
        /// Without a creation: a record names a process that already runs.
        case synthesized
        /// By the creation of a process whose context was synthesized.
        case completed

        /// Makes the call of the driver, as `DriverCall.start` does.
        func start(
            _ creation: ProcessCreation, on driver: Driver, _ grant: RulePolicy.Grant?, _ caller: CallerTag?,
            completion: @escaping @Sendable (Outcome) -> Void
        ) throws(DriverError) {
            switch self {
            case .new:
                try driver.createProcess(creation, grant: grant, caller: caller) {
                    completion(.created($0.routines, isDenied: $0.process == nil))
                }
            case .synthesized:
                try driver.synthesizeProcess(creation, grant: grant)
                completion(.done([]))
            case .completed:
                try driver.completeProcess(creation, grant: grant, caller: caller) {
                    completion(.created($0.routines, isDenied: $0.process == nil))
                }
            }
        }
    }

    /// The result of a call.
    enum Outcome: Sendable {
        /// The call was made.
        case done([RoutineReport])
        /// A process was created, or its creation was denied by the engine.
        case created([RoutineReport], isDenied: Bool)
        case failed(DriverError)
        /// The clock of the host was not changed.
        case clockRefused(ClockRefusal)
        /// The host was removed before the call.
        case hostRemoved
    }

    /// A thread in the process `processId`, which native lines name beside the creation.
    static func createThread(_ creation: ThreadCreation, in processId: UInt32) -> DriverCall {
        var creation = creation
        creation.processId = processId
        return .createThread(creation)
    }

    /// The image that a process is created from, to which rule policies may apply; nil for other calls.
    var createdImage: UnicodeString? {
        guard case .createProcess(let creation, _) = self else { return nil }
        return creation.imageFileName
    }

    /// The process that a new creation names.
    var createdProcess: AuxPidCreationTime? {
        guard case .createProcess(let creation, .new) = self, let processId = creation.processId else { return nil }
        return AuxPidCreationTime(processId: processId, creationTime: creation.creationTime ?? .none)
    }

    /// Makes the call. `completion` runs once: before this returns, or later on the thread on which the engine answers.
    ///
    /// `grant` is the result of `policyMatch` for `createdImage`; if it is nil, it is computed here.
    func perform(
        on driver: Driver, grant: RulePolicy.Grant? = nil, caller: CallerTag? = nil,
        completion: @escaping @Sendable (Outcome) -> Void
    ) {
        do throws(DriverError) {
            try start(on: driver, grant, caller, completion: completion)
        } catch {
            completion(.failed(error))
        }
    }
}
