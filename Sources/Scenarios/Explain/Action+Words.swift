import Driver
import DriverJSON
import JSON
import Messages

extension Action {
    /// The names of what it is about: those that it uses, and that of the process that it creates.
    var subjects: [String] {
        if case .createProcess(let creation) = self { return references + [creation.name].compactMap(\.self) }
        return references
    }

    /// The action in words: `createThread: app in app`.
    var words: String {
        switch self {
        case .createProcess(let creation):
            "createProcess: " + (creation.name ?? creation.creation.value.imageFileName.text)
        case .exitProcess(let process): "exitProcess: \(process)"
        case .createThread(let creation):
            "createThread: \(creation.creator ?? creation.target) in \(creation.target)"
        case .deleteThread(let thread): "deleteThread: \(thread)"
        case .loadImage(let process, let load): "loadImage: \(load.value.fullImageName) in \(process)"
        case .loadDriver(let load): "loadDriver: \(load.value.imageLoad.fullImageName)"
        case .createStream(let name, let creation): "streamContext: \(name ?? creation.value.fileName)"
        case .deleteStream(let name): "deleteStream: \(name)"
        case .setRules(let process, _): "setRules of \(process)"
        case .setFlags(let process, _): "setFlags of \(process)"
        case .setStreamRules(let stream, _): "setRules of \(stream)"
        case .setCommandLine(let process, _): "setCommandLine of \(process)"
        case .notify(let notify): "notify: \(notify.body["operation"]?.text ?? "")"
        case .replay(let replay): "replay: \(replay.file)"
        case .findProcess(let search): "findProcess: \(search.name)"
        case .worker: "worker"
        case .setConfig: "config"
        case .setEngine: "engine"
        case .setRulePolicies: "rulePolicies"
        case .wait, .waitUntil: "wait"
        case .await(let ids): "await: " + ids.joined(separator: ", ")
        case .repeat(let loop): "repeat: \(loop.times) times"
        }
    }
}
