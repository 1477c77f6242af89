import Testing

/// An event of Sysmon as its provider logs it.
struct LoggedEvent: Sendable {
    let id: Int
    let fields: KeyValuePairs<String, String>
    let title: String

    static let machine = "WS07.lab.example"
    static let channel = "Microsoft-Windows-Sysmon/Operational"
    static let provider = "Microsoft-Windows-Sysmon"

    /// A process with its image load, kernel image, remote thread and exit. Texts that need escapes in JSON and in XML.
    static let story: [LoggedEvent] = [
        LoggedEvent(
            id: 1,
            fields: [
                "RuleName": "-", "UtcTime": "2020-08-25 10:00:00.101", "ProcessGuid": process, "ProcessId": "4321",
                "Image": #"C:\Windows\System32\cmd.exe"#, "CommandLine": #"cmd.exe /c "echo <a> & b""#,
                "TerminalSessionId": "2", "IntegrityLevel": "High", "ParentProcessGuid": parent,
                "ParentProcessId": "1200",
                "ParentImage": #"C:\Windows\explorer.exe"#,
            ], title: "Process Create"),
        LoggedEvent(
            id: 7,
            fields: [
                "RuleName": "-", "UtcTime": "2020-08-25 10:00:00.201", "ProcessGuid": process, "ProcessId": "4321",
                "Image": #"C:\Windows\System32\cmd.exe"#, "ImageLoaded": #"C:\Windows\System32\ntdll.dll"#,
            ], title: "Image loaded"),
        LoggedEvent(
            id: 6,
            fields: [
                "RuleName": "-", "UtcTime": "2020-08-25 10:00:00.301",
                "ImageLoaded": #"C:\Windows\System32\drivers\x.sys"#,
            ], title: "Driver loaded"),
        LoggedEvent(
            id: 8,
            fields: [
                "RuleName": "-", "UtcTime": "2020-08-25 10:00:00.401", "SourceProcessGuid": process,
                "SourceProcessId": "4321", "SourceImage": #"C:\Windows\System32\cmd.exe"#, "TargetProcessGuid": target,
                "TargetProcessId": "5678", "TargetImage": #"C:\Windows\notepad.exe"#, "NewThreadId": "9012",
                "StartAddress": "0x00007FFB10203040",
            ], title: "CreateRemoteThread detected"),
        LoggedEvent(
            id: 5,
            fields: [
                "RuleName": "-", "UtcTime": "2020-08-25 10:00:01.501", "ProcessGuid": process, "ProcessId": "4321",
                "Image": #"C:\Windows\System32\cmd.exe"#,
            ], title: "Process terminated"),
    ]

    private static let process = "{0C0FFEE0-E120-5F44-0A01-000000000100}"
    private static let parent = "{0C0FFEE0-D310-5F44-0B01-000000000100}"
    private static let target = "{0C0FFEE0-DA18-5F44-0C01-000000000100}"

    /// UtcTime as RFC 3339.
    var time: String { (self["UtcTime"] ?? "").replacing(" ", with: "T") + "Z" }
    /// The same without a zone, as a local clock would show it, an hour later.
    var localTime: String { (self["UtcTime"] ?? "").replacing(" 10:", with: " 11:") }

    subscript(name: String) -> String? { fields.first { $0.key == name }?.value }

    /// Members of an object, with names changed by `rename`.
    func members(_ rename: (String) -> String = { $0 }, without dropped: Set<String> = []) -> String {
        fields.filter { !dropped.contains($0.key) }.map { "\(rename($0.key).json):\($0.value.json)" }.joined(
            separator: ",")
    }

    /// The rendered message.
    var message: String { "\(title):\r\n" + fields.map { "\($0.key): \($0.value)" }.joined(separator: "\r\n") }

    /// `<Data>` elements.
    var data: String { fields.map { "<Data Name='\($0.key)'>\($0.value.xml)</Data>" }.joined() }

    /// An element as Windows renders it. A record of the service itself names the service's process.
    func element(
        _ separator: String = "", attributes: String = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
    )
        -> String
    {
        let parts = [
            "<Event \(attributes)>", "<System>", "<Provider Name='\(Self.provider)' Guid='{5770385f}'/>",
            "<EventID>\(id)</EventID>", "<Version>5</Version>", "<TimeCreated SystemTime='\(time)'/>",
            "<EventRecordID>17</EventRecordID>", "<Execution ProcessID='2100' ThreadID='3000'/>",
            "<Channel>\(Self.channel)</Channel>", "<Computer>\(Self.machine)</Computer>",
            "<Security UserID='S-1-5-18'/>",
            "</System>", "<EventData>", data, "</EventData>", "</Event>",
        ]
        return parts.joined(separator: separator)
    }
}

/// A shape of records, by the program that writes it.
struct RecordShape: CustomTestStringConvertible, Sendable {
    let program: String
    /// Whether records lack UtcTime, so that they have the program's time.
    var hasOnlyShipperTime = false
    let write: @Sendable ([LoggedEvent]) -> String

    var testDescription: String { program }

    /// A record a line.
    private static func lines(_ program: String, _ record: @escaping @Sendable (LoggedEvent) -> String) -> RecordShape {
        RecordShape(program: program) { $0.map { record($0) + "\n" }.joined() }
    }

    private static let channel = LoggedEvent.channel.json
    private static let machine = LoggedEvent.machine.json
    private static let provider = LoggedEvent.provider.json

    static let all: [RecordShape] = json + nested + arrays + strings + xml + [elasticAgent, sysmonModule]

    private static let json: [RecordShape] = [
        lines("OTRF, flat") {
            #"{"EventID":\#($0.id),"Channel":\#(channel),"Hostname":\#(machine),"host":"collector","TimeCreated":"\#($0.localTime)",\#($0.members())}"#
        },
        lines("NXLog") {
            #"{"EventTime":"\#($0.localTime)","Hostname":\#(machine),"SeverityValue":2,"EventID":\#($0.id),"SourceName":\#(provider),"ProcessID":2100,"ThreadID":3000,"Channel":\#(channel),"Domain":"NT AUTHORITY","Message":\#($0.message.json),\#($0.members()),"EventReceivedTime":"2020-08-25 11:00:09","SourceModuleName":"eventlog"}"#
        },
        lines("Winlogbeat 6") {
            #"{"@timestamp":"\#($0.time)","beat":{"hostname":"collector"},"computer_name":\#(machine),"event_id":\#($0.id),"log_name":\#(channel),"source_name":\#(provider),"process_id":2100,"event_data":{\#($0.members())},"message":\#($0.message.json)}"#
        },
        lines("Winlogbeat 7") {
            #"{"@timestamp":"\#($0.time)","host":{"name":"collector"},"event":{"code":\#($0.id),"provider":\#(provider)},"winlog":{"process":{"pid":2100},"event_data":{\#($0.members())},"channel":\#(channel),"computer_name":\#(machine),"provider_name":\#(provider),"event_id":\#($0.id)}}"#
        },
        lines("Velociraptor") {
            #"{"System":{"Provider":{"Name":\#(provider),"Guid":"5770385F"},"EventID":{"Value":\#($0.id)},"TimeCreated":{"SystemTime":1598349600.5},"Channel":\#(channel),"Computer":\#(machine)},"EventData":{\#($0.members())},"Message":\#($0.message.json)}"#
        },
        lines("Azure Log Analytics, Event") {
            let data =
                #"<DataItem type="System.XmlData" time="\#($0.time)" sourceHealthServiceId="1"><EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\#($0.data)</EventData></DataItem>"#
            return
                #"{"TenantId":"t","SourceSystem":"OpsManager","TimeGenerated":"\#($0.time)","Source":\#(provider),"EventLog":\#(channel),"Computer":\#(machine),"EventID":\#($0.id),"ParameterXml":"<Param>-</Param>","EventData":\#(data.json),"RenderedDescription":\#($0.message.json),"Type":"Event"}"#
        },
        lines("Azure Sentinel, WindowsEvent") {
            #"{"TimeGenerated":"\#($0.time)","Provider":\#(provider),"Channel":\#(channel),"Computer":\#(machine),"EventID":\#($0.id),"EventData":{\#($0.members())},"Type":"WindowsEvent"}"#
        },
        lines("Azure, EventData as JSON in a string") {
            #"{"Channel":\#(channel),"Computer":\#(machine),"EventID":\#($0.id),"EventData":\#("{\($0.members())}".json)}"#
        },
        lines("EvtxECmd") {
            let payload =
                #"{"EventData":{"Data":[\#($0.fields.map { #"{"@Name":\#($0.key.json),"\#u{23}text":\#($0.value.json)}"# }.joined(separator: ","))]}}"#
            return
                #"{"PayloadData1":"ProcessID: 1, ProcessGUID: x","MapDescription":"Sysmon","ChunkNumber":0,"Computer":\#(machine),"Payload":\#(payload.json),"Channel":\#(channel),"Provider":\#(provider),"EventId":\#($0.id),"EventRecordId":"17","ProcessId":2100,"ThreadId":3000,"TimeCreated":"\#($0.time)"}"#
        },
        lines("Fluent Bit winevtlog") {
            #"{"ProviderName":\#(provider),"ProviderGuid":"{5770385F}","EventID":\#($0.id),"TimeCreated":"\#($0.localTime) +0100","ProcessID":2100,"ThreadID":3000,"Channel":\#(channel),"Computer":\#(machine),"Message":\#($0.message.json),"StringInserts":[\#($0.fields.map(\.value.json).joined(separator: ","))]}"#
        },
        lines("Fluent Bit winevtlog with EventData") {
            #"{"ProviderName":\#(provider),"EventID":\#($0.id),"Channel":\#(channel),"Computer":\#(machine),"EventData":{\#($0.members())}}"#
        },
        lines("Get-WinEvent | ConvertTo-Json") {
            #"{"Id":\#($0.id),"ProviderName":\#(provider),"LogName":\#(channel),"ProcessId":2100,"ThreadId":3000,"MachineName":\#(machine),"TimeCreated":"\/Date(1598349600101)\/","Message":\#($0.message.json),"Properties":[{"Value":"-"}]}"#
        },
    ]

    private static let nested: [RecordShape] = [
        lines("evtx_dump, JSON") {
            #"{"Event":{"\#u{23}attributes":{"xmlns":"x"},"System":{"Provider":{"\#u{23}attributes":{"Name":\#(provider)}},"EventID":\#($0.id),"TimeCreated":{"\#u{23}attributes":{"SystemTime":"\#($0.time)"}},"Channel":\#(channel),"Computer":\#(machine)},"EventData":{\#($0.members())}}}"#
        },
        lines("python-evtx and xmltodict") {
            #"{"Event":{"@xmlns":"x","System":{"Provider":{"@Name":\#(provider)},"EventID":{"@Qualifiers":"","\#u{23}text":"\#($0.id)"},"TimeCreated":{"@SystemTime":"\#($0.time)"},"Channel":\#(channel),"Computer":\#(machine)},"EventData":{"Data":[\#($0.fields.map { #"{"@Name":\#($0.key.json),"\#u{23}text":\#($0.value.json)}"# }.joined(separator: ","))]}}}"#
        },
        lines("Wazuh alert") {
            #"{"timestamp":"\#($0.time)","rule":{"level":3,"description":"Sysmon","groups":["sysmon"]},"agent":{"id":"001","name":"collector"},"manager":{"name":"m"},"data":{"win":{"system":{"providerName":\#(provider),"eventID":"\#($0.id)","systemTime":"\#($0.time)","processID":"2100","channel":\#(channel),"computer":\#(machine),"message":\#($0.message.json)},"eventdata":{\#($0.members { $0.prefix(1).lowercased() + $0.dropFirst() })}}},"location":"EventChannel"}"#
        },
        lines("Wazuh archive") {
            #"{"win":{"system":{"providerName":\#(provider),"eventID":"\#($0.id)","channel":\#(channel),"computer":\#(machine)},"eventdata":{\#($0.members { $0.prefix(1).lowercased() + $0.dropFirst() })}}}"#
        },
        lines("elasticdump") {
            #"{"_index":"winlogbeat-7","_id":"a","_score":1,"_source":{"@timestamp":"\#($0.time)","winlog":{"channel":\#(channel),"computer_name":\#(machine),"event_id":\#($0.id),"event_data":{\#($0.members())}}}}"#
        },
        lines("OpenTelemetry windowseventlog, file exporter of one vendor") {
            #"{"body":{"channel":\#(channel),"computer":\#(machine),"event_id":{"id":\#($0.id),"qualifiers":0},"provider":{"name":\#(provider),"guid":"{5770385F}","event_source":""},"system_time":"\#($0.time)","event_data":{"data":[\#($0.fields.map { "{\($0.key.json):\($0.value.json)}" }.joined(separator: ","))]},"message":"Process Create"},"attributes":{}}"#
        },
        lines("OpenTelemetry windowseventlog, event_data as a map") {
            #"{"body":{"channel":\#(channel),"computer":\#(machine),"event_id":{"id":\#($0.id),"qualifiers":0},"provider":{"name":\#(provider)},"event_data":{\#($0.members())}}}"#
        },
    ]

    private static let arrays: [RecordShape] = [
        RecordShape(program: "ConvertTo-Json of Windows PowerShell") { events in
            let records = events.map {
                #"  {"Id": \#($0.id), "LogName": \#(channel), "MachineName": \#(machine), "Message": \#($0.message.json)}"#
            }
            return "{\n \"value\": [\n\(records.joined(separator: ",\n"))\n ],\n \"Count\": \(events.count)\n}\n"
        },
        RecordShape(program: "the answer of Elasticsearch") { events in
            let hits = events.map {
                #"{"_index":"w","_source":{"winlog":{"channel":\#(channel),"computer_name":\#(machine),"event_id":\#($0.id),"event_data":{\#($0.members())}}}}"#
            }
            return
                #"{"took":3,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":5,"relation":"eq"},"max_score":null,"hits":[\#(hits.joined(separator: ","))]}}"#
        },
        RecordShape(program: "OpenTelemetry, OTLP as JSON") { events in
            func pair(_ name: String, _ value: String) -> String {
                #"{"key":\#(name.json),"value":{"stringValue":\#(value.json)}}"#
            }
            let records = events.map { event in
                let id =
                    #"{"key":"event_id","value":{"kvlistValue":{"values":[{"key":"id","value":{"intValue":"\#(event.id)"}}]}}}"#
                let data = event.fields.map { #"{"kvlistValue":{"values":[\#(pair($0.key, $0.value))]}}"# }.joined(
                    separator: ",")
                let body = [
                    pair("channel", LoggedEvent.channel), pair("computer", LoggedEvent.machine), id,
                    #"{"key":"event_data","value":{"kvlistValue":{"values":[{"key":"data","value":{"arrayValue":{"values":[\#(data)]}}}]}}}"#,
                ]
                return
                    #"{"timeUnixNano":"1598349600101000000","body":{"kvlistValue":{"values":[\#(body.joined(separator: ","))]}}}"#
            }
            return
                #"{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[{"scope":{"name":"w"},"logRecords":[\#(records.joined(separator: ","))]}]}]}"#
        },
        RecordShape(program: "an array") { events in
            "["
                + events.map { #"{"EventID":\#($0.id),"Channel":\#(channel),"Computer":\#(machine),\#($0.members())}"# }
                .joined(separator: ",") + "]"
        },
        RecordShape(program: "objects behind one another") { events in
            events.map { #"{"EventID":\#($0.id),"Channel":\#(channel),"Computer":\#(machine),\#($0.members())}"# }
                .joined()
        },
    ]

    private static let strings: [RecordShape] = [
        lines("Splunk export, XML in _raw") {
            #"{"preview":false,"offset":3,"result":{"_raw":\#($0.element().json),"_time":"2020-08-25 11:00:00.000 UTC","host":"collector","source":"XmlWinEventLog:\#(LoggedEvent.channel)","sourcetype":"XmlWinEventLog","EventCode":"\#($0.id)"}}"#
        },
        lines("Splunk export, extracted fields") {
            #"{"preview":false,"result":{"source":"WinEventLog:\#(LoggedEvent.channel)","EventCode":"\#($0.id)","ComputerName":\#(machine),"host":"collector",\#($0.members())}}"#
        },
        lines("Splunk HEC, XML in event") {
            #"{"time":1598349600.101,"host":"collector","event":\#($0.element().json)}"#
        },
        lines("OpenTelemetry windowseventlog, raw") { #"{"body":\#($0.element().json),"attributes":{}}"# },
        lines("Fluent Bit winevtlog, Render_Event_As_XML") {
            #"{"System":\#($0.element().json),"Message":\#($0.message.json)}"#
        },
        lines("JSON in a string") {
            let inner = #"{"EventID":\#($0.id),"Channel":\#(channel),"Hostname":\#(machine),\#($0.members())}"#
            return #"{"_raw":\#(inner.json),"index":"main"}"#
        },
    ]

    private static let xml: [RecordShape] = [
        lines("Splunk, renderXml") { $0.element() },
        RecordShape(program: "Event Viewer") { events in
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>"
                + events.map { $0.element() }.joined()
                + "</Events>"
        },
        RecordShape(program: "wevtutil qe /f:xml") { events in events.map { $0.element() }.joined(separator: "\r\n") },
        RecordShape(program: "wevtutil qe /f:RenderedXml") { events in
            events.map {
                $0.element().replacing(
                    "</Event>",
                    with: "<RenderingInfo Culture='en-US'><Message>\($0.message.xml)</Message></RenderingInfo></Event>")
            }.joined(separator: "\n")
        },
        RecordShape(program: "evtx_dump") { events in
            events.enumerated().map { number, event in
                "Record \(number + 1)\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + event.element("\n  ") + "\n"
            }.joined()
        },
        RecordShape(program: "ElementTree") { events in
            let elements = events.map { event in
                event.element(attributes: "xmlns:ns0='http://schemas.microsoft.com/win/2004/08/events/event'")
                    .replacing("</", with: "</ns0:").replacing(#/<(?=[A-Z])/#, with: "<ns0:")
            }
            return "<Events>\n\(elements.joined(separator: "\n"))\n</Events>"
        },
        lines("syslog, with a header") { "<13>1 2020-08-25T10:00:00Z ws07 agent - - - \($0.element())" },
    ]

    /// What the module takes out of `event_data`.
    private static func moved(_ event: LoggedEvent) -> (members: String, dropped: Set<String>) {
        func text(_ name: String) -> String { (event[name] ?? "").json }
        let own = event.id == 8 ? "Source" : ""
        var process =
            #""entity_id":\#(text(own + "ProcessGuid")),"pid":\#(event[own + "ProcessId"] ?? "0"),"executable":\#(text(own + "Image")),"name":"cmd.exe""#
        if event.id == 1 {
            process +=
                #","command_line":\#(text("CommandLine")),"args":["cmd.exe"],"parent":{"entity_id":\#(text("ParentProcessGuid")),"pid":1200,"executable":\#(text("ParentImage"))}"#
        }
        let file = event["ImageLoaded"].map { #","file":{"path":\#($0.json),"name":"x"}"# } ?? ""
        let dropped: Set<String> = [
            "UtcTime", own + "ProcessGuid", own + "ProcessId", own + "Image", "CommandLine", "ParentProcessGuid",
            "ParentProcessId", "ParentImage", "ImageLoaded",
        ]
        return (event.id == 6 ? String(file.dropFirst()) : "\"process\":{\(process)}\(file)", dropped)
    }

    private static let sysmonModule = RecordShape(program: "Winlogbeat 7, Sysmon module", hasOnlyShipperTime: true) {
        events in
        events.map {
            let (members, dropped) = moved($0)
            return
                #"{"@timestamp":"\#($0.time)","event":{"code":"\#($0.id)","module":"sysmon"},"host":{"name":"collector"},\#(members),"winlog":{"channel":\#(channel),"computer_name":\#(machine),"event_id":"\#($0.id)","process":{"pid":2100},"event_data":{\#($0.members(without: dropped))}}}"#
                + "\n"
        }.joined()
    }

    private static let elasticAgent = RecordShape(
        program: "Elastic Agent, exported by Kibana", hasOnlyShipperTime: true
    ) { events in
        let hits = events.map {
            let (members, dropped) = moved($0)
            return
                #"{"_index":".ds-logs-windows.sysmon_operational","_source":{"@timestamp":"\#($0.time)","agent":{"name":"collector"},"data_stream":{"dataset":"windows.sysmon_operational"},"event":{"code":"\#($0.id)","provider":\#(provider)},\#(members),"winlog":{"provider_name":\#(provider),"channel":\#(channel),"computer_name":\#(machine),"event_id":"\#($0.id)","process":{"pid":2100},"event_data":{\#($0.members(without: dropped))}}}}"#
        }
        return "{\n\"hits\": {\n\"hits\": [\n\(hits.joined(separator: ",\n"))\n]\n}\n}\n"
    }
}

extension String {
    /// The text as a string of JSON.
    fileprivate var json: String {
        let escaped = replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\r\n", with: "\\r\\n")
            .replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }

    /// The text as content of an element.
    fileprivate var xml: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
