import JSON
import Messages

extension SyncData {
    /// Writes the operation's own fields as members of the object at hand.
    func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .newImageLoadPerStream(let imageName), .newImageLoadPerProcess(let imageName):
            json.member("imageName", imageName)
        case .registryEventSync(let registryData):
            json.member("registryData", Base64.encode(registryData))
        case .newThreadDifferentProcess(let targetProcess):
            json.member("targetProcess", targetProcess)
        case .newThreadSameProcess(let notify):
            // Its process is that of the whole message.
            json.member("createdThread", notify.createdThread)
            json.member("currentThread", notify.currentThread)
            json.member("threadStartAddress", hex: notify.threadStartAddress)
        case .newThreadAndCmdLine(let commandLine, let currentCommandLine):
            json.member("commandLine", commandLine)
            json.member("currentCommandLine", currentCommandLine)
        }
    }
}
