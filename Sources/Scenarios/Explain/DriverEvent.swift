import Driver

/// An event that makes a routine run, by its action.
enum DriverEvent: String {
    case createProcess, exitProcess, createThread, loadImage

    /// `creates a thread`.
    var verb: String {
        switch self {
        case .createProcess: "creates a process"
        case .exitProcess: "ends a process"
        case .createThread: "creates a thread"
        case .loadImage: "loads an image"
        }
    }

    /// Whether an action causes it.
    func isCaused(by action: Action) -> Bool {
        switch (self, action) {
        case (.createProcess, .createProcess), (.exitProcess, .exitProcess), (.createThread, .createThread),
            (.loadImage, .loadImage):
            true
        default: false
        }
    }

    /// That it did not happen to a process.
    func absence(of process: String) -> String {
        switch self {
        case .createProcess: "no step creates \(process)"
        case .exitProcess: "no step ends \(process)"
        case .createThread: "no thread is created in \(process) or by it"
        case .loadImage: "no image is loaded by \(process)"
        }
    }
}

extension MessagePath {
    /// The event that may cause the message.
    var event: DriverEvent {
        switch routine {
        case .createThreadNotify, .createThreadNotifyEx: .createThread
        case .loadImageNotify: .loadImage
        default: conditions.first?.holds == false ? .exitProcess : .createProcess
        }
    }
}
