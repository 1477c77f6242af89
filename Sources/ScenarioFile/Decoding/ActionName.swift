import Scenarios

/// The actions of steps, by their keys.
enum ActionName: String, CaseIterable {
    case createProcess, exitProcess, createThread, deleteThread, loadImage, loadDriver, streamContext, deleteStream,
        setRules, setFlags, setCommandLine, notify, replay, findProcess, worker, config, engine, rulePolicies, wait,
        await, `repeat`

    /// The key.
    var key: StaticString {
        switch self {
        case .createProcess: "createProcess"
        case .exitProcess: "exitProcess"
        case .createThread: "createThread"
        case .deleteThread: "deleteThread"
        case .loadImage: "loadImage"
        case .loadDriver: "loadDriver"
        case .streamContext: "streamContext"
        case .deleteStream: "deleteStream"
        case .setRules: "setRules"
        case .setFlags: "setFlags"
        case .setCommandLine: "setCommandLine"
        case .notify: "notify"
        case .replay: "replay"
        case .findProcess: "findProcess"
        case .worker: "worker"
        case .config: "config"
        case .engine: "engine"
        case .rulePolicies: "rulePolicies"
        case .wait: "wait"
        case .await: "await"
        case .repeat: "repeat"
        }
    }

    /// What a step with it does: a sentence.
    var meaning: String {
        switch self {
        case .createProcess: "Creates a process: POST /processes."
        case .exitProcess: "Ends a process: DELETE /processes/{pid}."
        case .createThread: "Creates a thread in target, by creator: POST /processes/{pid}/threads."
        case .deleteThread: "Ends a thread."
        case .loadImage: "Loads an image into a process: POST /processes/{pid}/images."
        case .loadDriver: "Loads a kernel image: POST /drivers."
        case .streamContext: "Gives a file a stream context: POST /stream-contexts."
        case .deleteStream: "Takes the stream context from a file."
        case .setRules: "Changes the rules of a process or a stream context."
        case .setFlags: "Changes the flags of a process."
        case .setCommandLine: "Changes the current command line of a process."
        case .notify: "Makes a raw notification, sync or async."
        case .replay: "Replays a recording."
        case .findProcess: "Names a live process."
        case .worker: "Pauses, resumes, drains or steps the worker of the queue."
        case .config: "Changes the configuration of the driver: PATCH /config."
        case .engine: "Replaces the engine of the host: PUT /engine."
        case .rulePolicies: "Replaces the rule policies of the host: PUT /rule-policies."
        case .wait: "Lets time pass, or waits until expectations hold."
        case .await: "Waits for background steps."
        case .repeat: "Repeats steps; ${i} is the number of the round, from 0."
        }
    }

    static let all: [StaticString] = allCases.map(\.key)

    /// Whether the driver performs it, so that it can be refused.
    var mayFail: Bool {
        switch self {
        case .findProcess, .config, .engine, .rulePolicies, .wait, .await, .repeat, .replay: false
        default: true
        }
    }

    /// Whether it may take time.
    var mayBeInBackground: Bool { mayFail || self == .replay }

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
