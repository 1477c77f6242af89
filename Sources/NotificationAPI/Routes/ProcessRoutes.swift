import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// The operations on processes and their command lines (PRC, DATA).
enum ProcessRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/processes", "listProcesses", list),
        .post("/v1/hosts/{host}/processes", "createProcess", create),
        .get("/v1/hosts/{host}/processes/{pid}", "getProcess", get),
        .delete("/v1/hosts/{host}/processes/{pid}", "exitProcess", produces: [.json], exit),
        .put(
            "/v1/hosts/{host}/processes/{pid}/rules", "putProcessRules",
            change(Driver.changeRules, by: WordReplacement.self)),
        .patch(
            "/v1/hosts/{host}/processes/{pid}/rules", "patchProcessRules",
            change(Driver.changeRules, by: WordModification.self)),
        .put(
            "/v1/hosts/{host}/processes/{pid}/flags", "putProcessFlags",
            change(Driver.changeFlags, by: WordReplacement.self)),
        .patch(
            "/v1/hosts/{host}/processes/{pid}/flags", "patchProcessFlags",
            change(Driver.changeFlags, by: WordModification.self)),
        .put("/v1/hosts/{host}/processes/{pid}/command-line", "putCommandLine", putCommandLine),
        .get("/v1/hosts/{host}/boot-processes", "listBootProcesses", listBootProcesses),
    ]

    private static func list(_ call: Call) throws(Problem) {
        let (query, limit, changes) = try call.parameters { parameters in
            let page = parameters.page()
            var query = ProcessSearch.Query()
            query.after = page.after.map(UInt32.init(clamping:))
            query.imageFileName = parameters.string("imageFileName", maxLength: 1024).map(ImageNamePattern.init)
            query.rules = parameters.bits("rule", of: ProcessRules.self) ?? []
            query.flags = parameters.bits("flag", of: ProcessFlags.self) ?? []
            return (query, page.limit, parameters.processChanges())
        }
        let host = try call.host()
        if let changes { return call.sendChanges(changes, of: host, matching: query, limit: limit) }
        call.api.dependencies.slices.finish(host.driver.processSearch(query, limit: limit), for: call) { found in
            call.sendPage(
                found.items,
                next: { last, _, isCut in isCut || found.hasMore ? last.map { String($0.identity.processId) } : nil },
                more: { $0.member("revision", found.revision) }
            ) { json, process in
                process.write(to: &json)
            }
        }
    }

    private static func create(_ call: Call) throws(Problem) {
        let (creation, explain) = try call.body(ProcessCreation.self) { $0.explain() }
        let host = try call.host()
        call.api.dependencies.slices.finish(host.driver.policyMatch(creation.imageFileName)) { grant in
            do throws(DriverError) {
                try host.driver.createProcess(creation, grant: grant, caller: call.callerTag) { outcome in
                    answer(call, with: outcome, of: host, explain: explain)
                }
            } catch {
                call.reply.send(Problem(error))
            }
        }
    }

    private static func answer(_ call: Call, with outcome: ProcessCreationOutcome, of host: Host, explain: Bool) {
        guard let process = outcome.process else {
            return call.reply.sendObject { json in
                json.member("created", false)
                json.member("accessDenied", true)
                outcome.routines.write(to: &json, explain: explain)
            }
        }
        let location = "/v1/hosts/\(host.name)/processes/\(process.identity.processId)"
        call.reply.sendObject(201, location: location) { json in
            json.member("created", true)
            json.member("process") { process.write(to: &$0) }
            outcome.routines.write(to: &json, explain: explain)
        }
    }

    private static func get(_ call: Call) throws(Problem) {
        let processId = try call.parameters { $0.processId() }
        guard let process = try call.host().driver.process(processId) else {
            throw Problem(.unknownProcess(processId))
        }
        call.reply.send { process.write(to: &$0) }
    }

    private static func exit(_ call: Call) throws(Problem) {
        let (processId, explain) = try call.parameters { ($0.processId(), $0.explain()) }
        let host = try call.host()
        let routines = try orProblem(host.driver.exitProcess(processId, caller: call.callerTag))
        call.reply.sendObject { routines.write(to: &$0, explain: explain) }
    }

    /// A function of the driver that changes a word of a process.
    private typealias WordChanging<Word: NamedWord> =
        @Sendable (Driver) -> (_ processId: UInt32, WordChange<Word>) throws(DriverError) -> ProcessContext

    private static func change<Request: WordChangeRequest>(
        _ change: @escaping WordChanging<Request.Word>, by request: Request.Type
    ) -> Route.Handler {
        { call throws(Problem) in
            let (request, processId) = try call.body(request) { $0.processId() }
            let driver = try call.host().driver
            let process = try orProblem(change(driver)(processId, request.change))
            call.reply.send { process.write(to: &$0) }
        }
    }

    private static func putCommandLine(_ call: Call) throws(Problem) {
        let (change, processId) = try call.body(CommandLineChange.self) { $0.processId() }
        let host = try call.host()
        let process = try orProblem(host.driver.setCurrentCommandLine(of: processId, UnicodeString(change.commandLine)))
        call.reply.send { process.write(to: &$0) }
    }

    private static func listBootProcesses(_ call: Call) throws(Problem) {
        let page = try call.parameters { $0.page() }
        let processes = try call.host().driver.bootProcesses
        call.sendPage(page, of: processes) { json, process in process.write(to: &json) }
    }
}

/// The body of `PUT /processes/{pid}/command-line`.
private struct CommandLineChange: JSONObjectReadable {
    let commandLine: String

    static let members: [StaticString] = ["commandLine"]

    init?(_ object: JSONObject) {
        guard let commandLine = object.required("commandLine", { $0.string() }) else { return nil }
        self.commandLine = commandLine
    }
}
