import Bytes
import Messages

extension SysmonEvent {
    /// Sysmon's ids of records that stand for an event of the driver.
    enum ID: UInt64 {
        case processCreate = 1
        case processTerminate = 5
        case driverLoad = 6
        case imageLoad = 7
        case createRemoteThread = 8
    }

    init(_ id: ID, _ fields: SysmonFields) throws(LineFault) {
        var (subject, target): (SysmonProcess?, SysmonProcess?)
        let kind: Kind
        switch id {
        case .processCreate:
            let process = try fields.process(image: "Image")
            guard let image = process.image else { throw .member("Image", .missing) }
            subject = process
            kind = .processCreate(try SysmonCreation(image: image, fields))
        case .processTerminate:
            subject = try fields.process(image: "Image")
            kind = .processExit
        case .driverLoad:
            kind = .driverLoad(try fields.requiredText("ImageLoaded"))
        case .imageLoad:
            subject = try fields.process(image: "Image")
            kind = .imageLoad(try fields.requiredText("ImageLoaded"))
        case .createRemoteThread:
            subject = try fields.process(
                "SourceProcessId", "SourceProcessGuid", "SourceProcessGUID", image: "SourceImage")
            target = try fields.process(
                "TargetProcessId", "TargetProcessGuid", "TargetProcessGUID", image: "TargetImage")
            kind = .remoteThread(
                threadId: try fields.id("NewThreadId"), startAddress: try fields.address("StartAddress") ?? 0)
        }
        self.init(kind: kind, time: fields.time, subject: subject, target: target)
        try checkProcesses()
    }

    /// An event needs its processes, and pid 0 is none: an image load of pid 0 would even be taken for a kernel image's.
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
    /// Sysmon's ids of records that are mentions.
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
    fileprivate init(image: String, _ fields: SysmonFields) throws(LineFault) {
        self.image = image
        commandLine = try fields.text("CommandLine")
        parent = try fields.process(
            "ParentProcessId", "ParentProcessGuid", "ParentProcessGUID", image: "ParentImage")
        sessionId = try fields.id("TerminalSessionId") ?? 0
        integrityLevel = Self.integrityLevel(named: try fields.text("IntegrityLevel"))
    }

    /// The mandatory label's RID; AppContainers run at the low level. What has another name counts as medium, the level
    /// that a token has by default.
    private static func integrityLevel(named name: String?) -> UInt32 {
        switch name?.asciiLowercased {
        case "low", "appcontainer": 0x1000
        case "high": 0x3000
        case "system": 0x4000
        default: 0x2000
        }
    }
}
