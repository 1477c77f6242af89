import Driver
import Scenarios

/// The actions of steps.
enum ActionName: Int, CaseIterable {
    case createProcess, exitProcess, createThread, deleteThread, loadImage, loadDriver, streamContext, deleteStream,
        setRules, setFlags, setCommandLine, notify, replay, findProcess, worker, config, engine, rulePolicies, wait,
        await, `repeat`

    /// The key of each, and what a step with it does, a sentence, in the order of the cases.
    private static let table: [(action: ActionName, key: StaticString, meaning: String)] = [
        (.createProcess, "createProcess", "Creates a process: POST /processes."),
        (.exitProcess, "exitProcess", "Ends a process: DELETE /processes/{pid}."),
        (.createThread, "createThread", "Creates a thread in target, by creator: POST /processes/{pid}/threads."),
        (.deleteThread, "deleteThread", "Ends a thread."),
        (.loadImage, "loadImage", "Loads an image into a process: POST /processes/{pid}/images."),
        (.loadDriver, "loadDriver", "Loads a kernel image: POST /drivers."),
        (.streamContext, "streamContext", "Gives a file a stream context: POST /stream-contexts."),
        (.deleteStream, "deleteStream", "Takes the stream context from a file."),
        (.setRules, "setRules", "Changes the rules of a process or a stream context."),
        (.setFlags, "setFlags", "Changes the flags of a process."),
        (.setCommandLine, "setCommandLine", "Changes the current command line of a process."),
        (.notify, "notify", "Makes a raw notification, sync or async."),
        (.replay, "replay", "Replays a recording."),
        (.findProcess, "findProcess", "Names a live process."),
        (.worker, "worker", "Pauses, resumes, drains or steps the worker of the queue."),
        (.config, "config", "Changes the configuration of the driver: PATCH /config."),
        (.engine, "engine", "Replaces the engine of the host: PUT /engine."),
        (.rulePolicies, "rulePolicies", "Replaces the rule policies of the host: PUT /rule-policies."),
        (.wait, "wait", "Lets time pass, or waits until expectations hold."),
        (.await, "await", "Waits for background steps."),
        (.repeat, "repeat", "Repeats steps; ${i} is the number of the round, from 0."),
    ]

    /// The keys of all.
    static let keys = table.map(\.key)

    /// The key.
    var key: StaticString { Self.table[rawValue].key }
    /// The key as a text.
    var name: String { key.description }
    /// What a step with it does: a sentence.
    var meaning: String { Self.table[rawValue].meaning }

    /// Whether the driver performs it, so that it can be refused.
    var mayFail: Bool {
        switch self {
        case .findProcess, .config, .engine, .rulePolicies, .wait, .await, .repeat, .replay: false
        default: true
        }
    }

    /// Whether it may take time.
    var mayBeInBackground: Bool { mayFail || self == .replay }

    /// The routines that a step with it may run.
    var routines: [DriverRoutine] {
        switch self {
        case .createProcess, .exitProcess: [.createProcessNotifyEx]
        case .createThread, .deleteThread: [.createThreadNotify, .createThreadNotifyEx]
        case .loadImage, .loadDriver: [.loadImageNotify]
        case .replay: DriverRoutine.allCases
        default: []
        }
    }

    /// Whether a step with it can have messages of its own. `action` is nil if the action has a fault.
    func makesMessages(_ action: Action?) -> Bool {
        switch self {
        case .createProcess, .exitProcess, .createThread, .loadImage, .notify, .replay, .repeat: true
        case .worker:
            switch action {
            case .worker(.step), nil: true
            default: false
            }
        default: false
        }
    }
}
