import Bytes
import Messages

// Each function reads the records with one of Sysmon's event ids.
extension SysmonEvent.Content {
    static func processCreate(_ fields: SysmonFields) throws(LineFault) -> Self {
        let process = try fields.process(image: "Image")
        guard let image = process.image else { throw .member("Image", .missing) }
        return try Self(.processCreate(SysmonCreation(image: image, fields)), by: process)
    }

    static func processTerminate(_ fields: SysmonFields) throws(LineFault) -> Self {
        try Self(.processExit, by: fields.process(image: "Image"))
    }

    static func driverLoad(_ fields: SysmonFields) throws(LineFault) -> Self {
        try Self(.driverLoad(fields.requiredText("ImageLoaded")), by: nil)
    }

    static func imageLoad(_ fields: SysmonFields) throws(LineFault) -> Self {
        let process = try fields.process(image: "Image")
        return try Self(.imageLoad(fields.requiredText("ImageLoaded")), by: process)
    }

    static func createRemoteThread(_ fields: SysmonFields) throws(LineFault) -> Self {
        let source = try fields.process(
            "SourceProcessId", "SourceProcessGuid", "SourceProcessGUID", image: "SourceImage")
        let target = try fields.process(
            "TargetProcessId", "TargetProcessGuid", "TargetProcessGUID", image: "TargetImage")
        let kind = SysmonEvent.Kind.remoteThread(
            threadId: try fields.id("NewThreadId"), startAddress: try fields.address("StartAddress") ?? 0)
        return try Self(kind, by: source, on: target)
    }

    private init(
        _ kind: SysmonEvent.Kind, by subject: SysmonProcess?, on target: SysmonProcess? = nil
    ) throws(LineFault) {
        self.init(kind: kind, subject: subject, target: target)
        try checkProcesses()
    }

    /// Checks that the event names its processes. Pid 0 is not a process; its image load would be one of a kernel image.
    private func checkProcesses() throws(LineFault) {
        let names: (StaticString, StaticString) =
            target == nil ? ("ProcessId", "") : ("SourceProcessId", "TargetProcessId")
        for (process, name) in [(subject, names.0), (target, names.1)] {
            guard let process else { continue }
            if process.processId == nil, process.guid == nil { throw .member(name, .missing) }
            if process.processId == 0 { throw .member(name, .idleProcess) }
        }
    }
}

extension SysmonMention {
    /// The event ids of Sysmon's records that are mentions.
    enum ID: UInt64 {
        case processAccess = 10
        case registryObject = 12
        case registryValue = 13
        case registryName = 14
    }

    init(_ id: ID, _ fields: SysmonFields) throws(LineFault) {
        switch id {
        case .processAccess:
            reason = .processOpen
            subject = try fields.process("SourceProcessId", "SourceProcessGUID", "SourceProcessGuid")
            target = try fields.process("TargetProcessId", "TargetProcessGUID", "TargetProcessGuid")
        case .registryObject, .registryValue, .registryName:
            reason = .registry
            subject = try fields.process()
            target = nil
        }
    }
}

extension SysmonCreation {
    fileprivate init(image: UnicodeString, _ fields: SysmonFields) throws(LineFault) {
        self.image = image
        commandLine = try fields.text("CommandLine")
        parent = try fields.process(
            "ParentProcessId", "ParentProcessGuid", "ParentProcessGUID", image: "ParentImage")
        sessionId = try fields.id("TerminalSessionId") ?? 0
        integrityLevel = Self.integrityLevel(named: try fields.text("IntegrityLevel")?.text)
    }

    /// The RID of the mandatory label; AppContainers run at the low level. Other names count as medium, the default level of
    /// a token.
    static func integrityLevel(named name: String?) -> UInt32 {
        switch name?.asciiLowercased {
        case "low", "appcontainer": 0x1000
        case "high": 0x3000
        case "system": 0x4000
        default: 0x2000
        }
    }
}
