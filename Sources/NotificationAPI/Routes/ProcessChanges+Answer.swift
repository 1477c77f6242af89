import Driver
import DriverJSON
import JSON

/// A request for what changed in the processes of a host.
struct ProcessChangesQuery {
    /// The revision that the client has seen.
    let revision: UInt64
    let waitMs: Int
}

extension ParameterReader {
    /// Reads `changedAfter` and `waitMs`; nil for a list of all processes.
    mutating func processChanges() -> ProcessChangesQuery? {
        let revision = number("changedAfter", as: UInt64.self)
        let waitMs = integer("waitMs", in: 0...60_000) ?? 0
        return revision.map { ProcessChangesQuery(revision: $0, waitMs: waitMs) }
    }
}

extension Call {
    /// Answers with the changes of processes, once there are some or the time is over.
    func sendChanges(
        _ changes: ProcessChangesQuery, of host: Host, matching query: ProcessSearch.Query, limit: Int
    ) {
        let wait = host.driver.awaitProcessChanges(
            after: changes.revision, limit: limit, timeout: .milliseconds(changes.waitMs)
        ) { found in
            api.dependencies.slices.finish(found.matching(query), for: self) { send($0) }
        }
        if changes.waitMs > 0 { reply.onDisconnect { wait.end() } }
    }

    /// The room in a page for 1000 removed processes.
    private static var removedBytes: Int { 1 << 17 }

    private func send(_ changes: ProcessChanges) {
        let limit = Page.maxBytes - Self.removedBytes
        let page = PageWriting(changes.items, within: limit, context.reserveMemory) { $1.write(to: &$0) }
        api.dependencies.pages.finish(page, for: self) { [reply] page in
            guard case .written(let parts, let count, let reservation) = page else { return reply.send(.unreadAnswers) }
            // A page that is cut ends with its last process.
            let end = count < changes.items.count ? changes.items[count - 1].revision : changes.revision
            reply.send(reservation: reservation, capacity: parts.reduce(Self.removedBytes) { $0 + $1.count + 1 }) {
                json in
                json.object { json in
                    json.member("revision", end)
                    json.member("items", each: parts) { $0.value(json: $1) }
                    json.member("removed", each: changes.removed.prefix { $0.revision <= end }) { json, removal in
                        json.value(removal.process)
                    }
                    json.member("complete", changes.isComplete)
                }
            }
        }
    }
}
