import Messages

/// A process in a handwritten recording.
struct RecordedProcess {
    var processId: UInt64
    var second: UInt32
    var image = #"C:\\Windows\\a.exe"#

    /// The GUID that Sysmon would give to the process.
    var guid: String {
        let (low, high) = (hex(second & 0xFFFF, digits: 4), hex(second >> 16, digits: 4))
        return "{1234abcd-\(low)-\(high)-0000-\(hex(UInt32(truncatingIfNeeded: processId), digits: 12))}"
    }

    /// The identity of the process in the driver.
    var identity: AuxPidCreationTime {
        AuxPidCreationTime(
            processId: UInt32(truncatingIfNeeded: processId), creationTime: FileTime(unixSecond: second))
    }

    private func hex(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

/// Lines in the flat form in which a collector writes Sysmon records.
enum SysmonLine {
    static let noGUID = "{00000000-0000-0000-0000-000000000000}"

    /// A record with these fields, which are JSON strings without quotes.
    static func record(_ id: Int, _ fields: KeyValuePairs<String, String>, host: String = "PC1") -> String {
        let members = fields.map { #","\#($0.key)":"\#($0.value)""# }.joined()
        return #"{"EventID":\#(id),"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"\#(host)"\#(members)}"#
    }

    static func create(
        _ process: RecordedProcess, by parent: RecordedProcess = RecordedProcess(processId: 900, second: 1),
        host: String = "PC1"
    ) -> String {
        record(
            1,
            [
                "ProcessGuid": process.guid, "ProcessId": "\(process.processId)", "Image": process.image,
                "CommandLine": "a -b", "TerminalSessionId": "2", "IntegrityLevel": "High",
                "ParentProcessGuid": parent.guid, "ParentProcessId": "\(parent.processId)",
                "ParentImage": parent.image, "UtcTime": "2020-02-21 10:15:30.123",
            ], host: host)
    }

    static func exit(_ process: RecordedProcess) -> String {
        record(
            5, ["ProcessGuid": process.guid, "ProcessId": "\(process.processId)", "Image": process.image])
    }

    static func load(
        _ process: RecordedProcess, _ image: String = #"C:\\x.dll"#, host: String = "PC1"
    ) -> String {
        record(
            7,
            [
                "ProcessGuid": process.guid, "ProcessId": "\(process.processId)", "Image": process.image,
                "ImageLoaded": image,
            ], host: host)
    }

    /// A load whose record does not contain the pid.
    static func loadWithoutPid(_ process: RecordedProcess, _ image: String = #"C:\\x.dll"#) -> String {
        record(7, ["ProcessGuid": process.guid, "Image": process.image, "ImageLoaded": image])
    }

    static func thread(
        from source: RecordedProcess, in target: RecordedProcess, _ more: KeyValuePairs<String, String> = [:]
    ) -> String {
        let rest = more.map { #","\#($0.key)":"\#($0.value)"}"# }.first ?? "}"
        let line = record(
            8,
            [
                "SourceProcessGuid": source.guid, "SourceProcessId": "\(source.processId)",
                "SourceImage": source.image, "TargetProcessGuid": target.guid,
                "TargetProcessId": "\(target.processId)", "TargetImage": target.image, "NewThreadId": "4242",
            ])
        return line.dropLast() + rest
    }

    static func open(from source: RecordedProcess, to target: RecordedProcess) -> String {
        record(
            10,
            [
                "SourceProcessGUID": source.guid, "SourceProcessId": "\(source.processId)",
                "TargetProcessGUID": target.guid, "TargetProcessId": "\(target.processId)",
                "GrantedAccess": "0x1000",
            ])
    }
}
