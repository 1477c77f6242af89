public import JSON
public import Messages

extension JSONWriter {
    /// Writes a member that is a time; null for none: an unknown creation time, or a thread that does not have one yet.
    public mutating func member(_ name: StaticString, _ time: FileTime) {
        if time == .none { memberNull(name) } else { member(name, rfc3339: time) }
    }

    /// Writes a member that is a time, also if it is none.
    public mutating func member(_ name: StaticString, rfc3339 time: FileTime) {
        member(name) { json in
            json.value(plainTextOfAtMost: FileTime.mostRFC3339Bytes) { time.writeRFC3339(to: $0) }
        }
    }

    /// Writes a member that is a process, `{"processId","creationTime"}`.
    public mutating func member(_ name: StaticString, _ process: AuxPidCreationTime) {
        member(name) { $0.value(process) }
    }

    /// Writes a process, `{"processId","creationTime"}`.
    public mutating func value(_ process: AuxPidCreationTime) {
        object { json in
            json.member("processId", process.processId)
            json.member("creationTime", process.creationTime)
        }
    }

    /// Writes a thread, `{"threadId","creationTime"}`.
    public mutating func value(_ thread: AuxTidCreationTime) {
        object { json in
            json.member("threadId", thread.threadId)
            json.member("creationTime", thread.creationTime)
        }
    }

    /// Writes a member that is `{"ioPriority","threadPriority","pagePriority"}`.
    public mutating func member(_ name: StaticString, _ priority: MpIoPriority) {
        member(name) { json in
            json.object { json in
                json.member("ioPriority", priority.ioPriority)
                json.member("threadPriority", priority.threadPriority)
                json.member("pagePriority", priority.pagePriority)
            }
        }
    }
}
