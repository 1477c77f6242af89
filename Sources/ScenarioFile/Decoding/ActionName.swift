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

}
