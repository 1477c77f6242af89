public import Driver
public import DriverJSON
public import Engines
public import JSON

/// The action of a step.
public enum Action: Sendable {
    case createProcess(CreateProcess)
    case exitProcess(Reference)
    case createThread(CreateThread)
    case deleteThread(Reference)
    case loadImage(process: Reference, Body<ImageLoad>)
    case loadDriver(Body<DriverLoad>)
    case createStream(name: String?, Body<StreamContextCreation>)
    case deleteStream(String)
    case setRules(of: Reference, Body<WordChange<ProcessRules>>)
    case setFlags(of: Reference, Body<WordChange<ProcessFlags>>)
    case setStreamRules(of: String, Body<WordChange<StreamContextRules>>)
    case setCommandLine(of: Reference, String)
    case notify(Notify)
    case replay(ReplayPlan)
    case findProcess(FindProcess)
    case worker(Worker)
    case setConfig(Body<DriverConfigChange>)
    case setEngine(Body<EngineSetting>)
    case setRulePolicies(Body<RulePolicyList>)
    case wait(Duration)
    case waitUntil([Expectation], within: Duration)
    case await([String])
    case `repeat`(Loop)

    /// A process to create.
    public struct CreateProcess: Sendable {
        /// The name that it gets.
        public var name: String?
        /// The parent; nil for System.
        public var parent: Reference?
        /// The creator; nil for the parent.
        public var creator: Reference?
        /// Everything else.
        public var creation: Body<ProcessCreation>

        /// The process of `creation`.
        public init(_ creation: Body<ProcessCreation>) { self.creation = creation }
    }

    /// A thread to create.
    public struct CreateThread: Sendable {
        /// The name that it gets.
        public var name: String?
        /// The process that it runs in.
        public var target: Reference
        /// The process that creates it; nil for the target.
        public var creator: Reference?
        /// Everything else.
        public var creation: Body<ThreadCreation>

        /// A thread in `target`.
        public init(in target: Reference, _ creation: Body<ThreadCreation>) {
            self.target = target
            self.creation = creation
        }
    }

    /// A raw notification.
    public struct Notify: Sendable {
        /// Whether the driver waits for the answer.
        public var isSync: Bool
        /// The process that it is about.
        public var process: Reference?
        /// The body of the request, without the process. Names of processes and threads stand where their identities go.
        public var body: JSONTree

        /// A notification with `body`.
        public init(isSync: Bool, process: Reference?, body: JSONTree) {
            self.isSync = isSync
            self.process = process
            self.body = body
        }
    }

    /// A live process to name.
    public struct FindProcess: Hashable, Sendable {
        /// The name that it gets.
        public var name: String
        /// Its pid.
        public var processId: UInt32?
        /// A glob for its image.
        public var imageFileName: String?

        /// The process to be called `name`.
        public init(name: String) { self.name = name }
    }

    /// A command to the worker.
    public enum Worker: Hashable, Sendable {
        case pause
        case run
        case drain
        case step(Int)

        /// How many steps one command can make.
        public static let stepCounts = 1...1000
    }

    /// Steps that are repeated.
    public struct Loop: Sendable {
        /// How often.
        public var times: Int
        /// The steps of the first round, for all that is asked before the run.
        public var first: [Step]
        /// The steps of a round, from 0.
        public var steps: @Sendable (Int) throws(StepFault) -> [Step]

        /// `times` rounds of `steps`.
        public init(times: Int, first: [Step], steps: @escaping @Sendable (Int) throws(StepFault) -> [Step]) {
            self.times = times
            self.first = first
            self.steps = steps
        }
    }
}

/// The fault of a step that is known only when it is due: a round of a `repeat` that is not valid.
public struct StepFault: Error, Hashable, Sendable {
    /// The line of the value.
    public let line: Int?
    /// The fault, a phrase.
    public let detail: String

    /// The fault `detail` at `line`.
    public init(line: Int?, detail: String) {
        self.line = line
        self.detail = detail
    }
}
