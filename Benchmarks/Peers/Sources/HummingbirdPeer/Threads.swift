import FoundationEssentials
import Hummingbird
import Synchronization

/// The ids of threads, which grow by 4, as wdfilterd's do.
private final class ThreadIds: Sendable {
    private let last = Mutex(8)

    func next() -> Int {
        last.withLock { id in
            id += 4
            return id
        }
    }
}

/// `POST /v1/hosts/{host}/processes/{pid}/threads`, which notifies nobody.
func addThreads(to router: Router<BasicRequestContext>) {
    let ids = ThreadIds()
    router.post("/v1/hosts/{host}/processes/{pid}/threads") { request, context in
        _ = try await request.decode(as: ThreadCreation.self, context: context)
        let host = try context.parameters.require("host")
        let processId = try context.parameters.require("pid", as: Int.self)
        let threadId = ids.next()
        return EditedResponse(
            status: .created,
            headers: [
                .location: "/v1/hosts/\(host)/processes/\(processId)/threads/\(threadId)",
                .xContentTypeOptions: "nosniff",
            ],
            response: CreatedThread(
                thread: .init(threadId: threadId, creationTime: creationTime(.now), processId: processId),
                routines: ["MpCreateThreadNotifyRoutine", "MpCreateThreadNotifyRoutineEx"].map {
                    .init(routine: $0, notified: false, messages: [])
                }
            )
        )
    }
}

/// A time with seven digits after the point, of which FoundationEssentials writes three.
private func creationTime(_ date: Date) -> String {
    "\(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date).dropLast())0000Z"
}
