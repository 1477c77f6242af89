import Driver
import Messages

/// One call of the driver.
indirect enum DriverCall: Sendable {
    case synthesize(ProcessCreation)
    case create(ProcessCreation)
    case complete(ProcessCreation)
    case exit(UInt32)
    case createThread(ThreadCreation)
    case deleteThread(UInt32, of: UInt32)
    case loadImage(ImageLoad)
    case changeRules(of: UInt32, WordChange<ProcessRules>)
    case createStreamContext(fileName: String, rules: StreamContextRules)

    /// Whether the call may put a message into the queue.
    var mayEnqueue: Bool {
        switch self {
        case .exit, .createThread, .loadImage: true
        case .synthesize, .create, .complete, .deleteThread, .changeRules, .createStreamContext: false
        }
    }

    /// The image that a process is created from, which the host's rule policies may speak of; nil for other calls.
    var createdImage: String? {
        switch self {
        case .synthesize(let creation), .create(let creation), .complete(let creation): creation.imageFileName
        default: nil
        }
    }

    /// What a call came to.
    enum Outcome: Sendable {
        case done([RoutineReport])
        /// A process was created; `isDenied` unless the engine would not have it.
        case created([RoutineReport], isDenied: Bool)
        case failed(DriverError)
        /// The host was removed: the call was not made.
        case hostRemoved
    }

    /// Makes the call. `completion` runs once: before this returns, or later on the thread that the engine answers on.
    ///
    /// `grant` is the result of `policyMatch` for `createdImage`; nil computes it here.
    func perform(
        on driver: Driver, grant: RulePolicy.Grant? = nil, completion: @escaping @Sendable (Outcome) -> Void
    ) {
        do throws(DriverError) {
            try start(on: driver, grant, completion: completion)
        } catch {
            completion(.failed(error))
        }
    }

    private func start(
        on driver: Driver, _ grant: RulePolicy.Grant?, completion: @escaping @Sendable (Outcome) -> Void
    ) throws(DriverError) {
        switch self {
        case .synthesize(let creation):
            try driver.synthesizeProcess(creation, grant: grant)
            completion(.done([]))
        case .create(let creation):
            try driver.createProcess(creation, grant: grant) {
                completion(.created($0.routines, isDenied: $0.process == nil))
            }
        case .complete(let creation):
            try driver.completeProcess(creation, grant: grant) {
                completion(.created($0.routines, isDenied: $0.process == nil))
            }
        case .exit(let processId):
            completion(.done(try driver.exitProcess(processId)))
        case .createThread(let creation):
            try driver.createThread(creation) { completion(.done($0.routines)) }
        case .deleteThread(let threadId, let processId):
            completion(.done(try driver.deleteThread(threadId, of: processId)))
        case .loadImage(let load):
            try driver.loadImage(load) { completion(.done($0)) }
        case .changeRules(let processId, let change):
            _ = try driver.changeRules(of: processId, change)
            completion(.done([]))
        case .createStreamContext(let fileName, let rules):
            _ = try driver.createStreamContext(fileName: fileName, rules: rules)
            completion(.done([]))
        }
    }
}
