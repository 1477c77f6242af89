import JSON
import Messages

extension AsyncMessage {
    /// Writes the operation's own fields as members of the object at hand.
    func writeMembers(to json: inout JSONWriter) {
        switch body {
        case .imageLoadAndProcess(let notify):
            if operation == .loadImage {
                notify.writeLoadImage(to: &json)
            } else {
                notify.writeProcess(to: &json)
            }
        case .thread(let notify):
            json.member("currentProcess", notify.currentProcess)
            json.member("currentThreadId", notify.currentThreadId)
            json.member("createdThreadProcess", notify.createdThreadProcess)
            json.member("createdThread", notify.createdThread)
            json.member("imageFileName", notify.imageFileName)
        case .wow64cpuLoad(let load):
            json.member("processId", load.processId)
            json.member("threadId", load.threadId)
            json.member("wow64CpuImageBase", hex: load.wow64CpuImageBase)
        case .raw(let bytes):
            json.member("data", Base64.encode(bytes))
        }
    }
}

extension ImageLoadAndProcessNotify {
    fileprivate func writeProcess(to json: inout JSONWriter) {
        json.member("parentProcess", parentProcess)
        json.member("currentProcess", currentProcess)
        json.member("creatorProcess", creatorProcess)
        json.member("createFlag", createFlag ? 1 : 0)
        json.member("processFlagsLowByte", processFlagsLowByte)
        json.member("sessionId", sessionId)
        json.member("tokenElevationType", token.elevationType)
        json.member("tokenElevation", token.elevation)
        json.member("tokenIntegrityLevel", hex: UInt64(token.integrityLevel))
        json.member("imageFileName", imageFileName)
        json.member("commandLine", commandLine)
    }

    /// A LoadImage leaves the other fields 0.
    fileprivate func writeLoadImage(to json: inout JSONWriter) {
        json.member("currentProcess", currentProcess)
        json.member("sessionId", sessionId)
        json.member("imageFileName", imageFileName)
    }
}
