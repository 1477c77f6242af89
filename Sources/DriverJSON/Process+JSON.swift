public import Driver
public import JSON
public import Messages

extension ProcessContext {
    /// Writes the process with its rules and flags.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("processId", identity.processId)
            json.member("creationTime", rfc3339: identity.creationTime)
            json.member("imageFileName", imageFileName.text)
            json.member("commandLine", processCmdLine.text)
            json.member("currentCommandLine", currentCommandLine.text)
            json.member("parent", parent)
            json.member("creator", creator)
            json.member("sessionId", sessionId)
            json.member("flags", mask: "flagsMask", flags)
            json.member("rules", mask: "rulesMask", rules)
            json.member("notificationsSent", notificationsSent)
            json.member("revision", revision)
            if let wow64CpuImageBase {
                json.member("wow64CpuImageBase", hex: wow64CpuImageBase)
            } else {
                json.memberNull("wow64CpuImageBase")
            }
            json.member("token") { json in
                json.object { json in
                    json.member("elevationType", token.elevationType)
                    json.member("elevation", token.elevation)
                    json.member("integrityLevel", hex: UInt64(token.integrityLevel))
                    json.member("serviceSid", hasServiceSid)
                }
            }
        }
    }
}

extension BootProcess {
    /// Writes the process.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("processId", process.processId)
            json.member("creationTime", rfc3339: process.creationTime)
            json.member("parent", parent)
            json.member("imageFileName", imageFileName.text)
            json.member("commandLine", commandLine.text)
            json.member("flag", flag)
        }
    }
}

extension AuxTidCreationTime {
    /// Writes the thread, which runs in the process `processId`.
    public func write(to json: inout JSONWriter, processId: UInt32) {
        json.object { json in
            json.member("threadId", threadId)
            json.member("creationTime", rfc3339: creationTime)
            json.member("processId", processId)
        }
    }
}

extension StreamContext {
    /// Writes the stream context.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", String(id))
            json.member("fileName", fileName)
            json.member("rules", mask: "rulesMask", rules)
        }
    }
}

extension LoadedDriver {
    /// Writes the kernel image.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("fullImageName", fullImageName.text)
            json.member("imageBase", hex: imageBase)
            json.member("imageSize", imageSize)
        }
    }
}

extension RulePolicy {
    /// Writes the policy as `init` reads it, with its masks.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("imageFileName", imageFileName)
            json.member("rules", mask: "rulesMask", rules)
            json.member("flags", mask: "flagsMask", flags)
        }
    }
}
