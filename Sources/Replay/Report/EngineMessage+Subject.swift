import Driver
import Messages

extension EngineMessage {
    /// The subject of a message, apart from its process.
    var subject: String? {
        switch content {
        case .sync(let message):
            switch message.data {
            case .newImageLoadPerStream(let imageName), .newImageLoadPerProcess(let imageName): imageName.text
            case .newThreadDifferentProcess(let target): "process \(target.processId)"
            case .newThreadSameProcess(let notify): "thread \(notify.createdThread.threadId)"
            case .newThreadAndCmdLine(let commandLine, _): commandLine.text
            case .registryEventSync: nil
            }
        case .async(let message):
            switch message.body {
            case .imageLoadAndProcess(let notify): notify.imageFileName.text
            case .thread(let notify): "process \(notify.createdThreadProcess.processId)"
            default: nil
            }
        }
    }
}
