import Bytes
import Curl
import DequeModule
import Glibc
import Synchronization

/// The work of the `CurlMulti` thread. Pools, transfers and easy handles are used only here.
final class CurlLoop {
    private struct Running {
        let pool: ConnectionPool
        let client: ClientID
        let lane: Lane
        let handle: EndpointHandle
        let transfer: Transfer
        /// The name whose addresses the transfer waits for, and the deadline; meanwhile it is not in the multi handle.
        var lookUp: (name: String, until: Monotonic)?
        /// Whether addresses were already set.
        var hasAddresses = false
    }

    private struct Client {
        let pool: ConnectionPool
        let host: String
    }

    /// How often pools are checked for idle connections.
    private static let sweepInterval = Duration.seconds(5)

    private let inbox: CurlInbox
    private let multi: MultiHandle
    private let lookUps: LookUps
    private var lookUpState = LookUpState()
    private var clients: [ClientID: Client] = [:]
    private var pools: [Endpoint.Key: ConnectionPool] = [:]
    /// Pools with waiting requests.
    private var crowded = Set<Endpoint.Key>()
    /// Transfers by easy handle.
    private var running: [EasyHandle.ID: Running] = [:]
    /// The running transfers that wait for addresses.
    private var lookingUp = Set<EasyHandle.ID>()
    private var nextSweep = Monotonic.now() + CurlLoop.sweepInterval

    init(_ inbox: CurlInbox, _ lookUps: LookUps) {
        self.inbox = inbox
        self.lookUps = lookUps
        multi = inbox.multi
    }

    /// Runs until the inbox is stopped.
    func run() {
        while true {
            let (commands, isLast) = inbox.take()
            for command in commands { perform(command) }
            if isLast { break }
            transfer()
            expire()
            wait()
        }
        for client in Array(clients.keys) { close(client, because: CurlInbox.stopped) }
    }

    private func perform(_ command: CurlInbox.Command) {
        switch command {
        case .open(let client, let endpoint, let host, let gauge): open(client, endpoint, host, gauge)
        case .send(let request, let client, let lane): admit(request, of: client, on: lane)
        case .close(let client): close(client, because: "the engine was disconnected")
        case .lookedUp(let number, let name, let result): take(result, of: name, number)
        }
    }

    // MARK: Pools

    private func open(_ client: ClientID, _ endpoint: Endpoint, _ host: String, _ gauge: PoolGauge) {
        let pool =
            pools[endpoint.key]
            ?? ConnectionPool(
                to: endpoint, by: inbox.rules, limit: inbox.connections, addressLifetime: inbox.addressLifetime,
                gauge: gauge)
        pools[endpoint.key] = pool
        pool.adopt(endpoint)
        pool.clients.insert(client)
        clients[client] = Client(pool: pool, host: host)
    }

    private func admit(_ request: TransferRequest, of client: ClientID, on lane: Lane) {
        guard let pool = clients[client]?.pool else {
            return request.end(unsent: .disconnected("the engine was disconnected"))
        }
        switch pool.state.arrive(request, of: client, on: lane, deadline: request.deadline, at: .now()) {
        case .start: start([.init(request: request, client: client, lane: lane, waitedSince: nil)], in: pool)
        case .wait: crowded.insert(pool.key)
        case .refuse:
            request.end(unsent: .notTried("\(PoolState<TransferRequest>.capacity) messages are already waiting"))
        }
        pool.report()
    }

    /// Starts requests. If one cannot be started, the next in line is.
    private func start(_ starts: [PoolState<TransferRequest>.Start], in pool: ConnectionPool) {
        var line = Deque(starts)
        while let next = line.popFirst() {
            let now = Monotonic.now()
            let milliseconds = next.request.deadline.milliseconds(since: now)
            let outcome: TransferOutcome
            if milliseconds == 0 {
                outcome = next.waitedSince == nil ? .timedOut : shortage(in: pool, for: next.lane)
            } else {
                do throws(CurlFailure) {
                    try begin(next, in: pool, milliseconds: milliseconds, at: now)
                    continue
                } catch {
                    outcome = .notTried(error.text)
                }
            }
            line += pool.state.finish(next.lane, of: next.client)
            next.request.end(unsent: outcome)
        }
    }

    private func begin(
        _ next: PoolState<TransferRequest>.Start, in pool: ConnectionPool, milliseconds: Int, at now: Monotonic
    ) throws(CurlFailure) {
        let transfer = try Transfer(next.request, waited: next.waitedSince.map { now - $0 } ?? .zero)
        let handle = try pool.takeHandle()
        try handle.prepare(transfer, milliseconds: milliseconds)
        try multi.add(handle.easy)
        running[handle.easy.id] = Running(
            pool: pool, client: next.client, lane: next.lane, handle: handle, transfer: transfer)
    }

    private func shortage(in pool: ConnectionPool, for lane: Lane) -> TransferOutcome {
        inbox.withoutConnection.add(1, ordering: .relaxed)
        return .noConnection(pool.state.shortage(for: lane))
    }

    /// Ends all requests of a client and removes it. The last client removes the pool.
    private func close(_ client: ClientID, because reason: String) {
        guard let pool = clients.removeValue(forKey: client)?.pool else { return }
        pool.clients.remove(client)
        for request in pool.state.takeAll(of: client) { request.end(unsent: .disconnected(reason)) }
        var starts: [PoolState<TransferRequest>.Start] = []
        for (easy, ended) in running where ended.client == client {
            release(easy, ended)
            starts += pool.state.finish(ended.lane, of: client)
            ended.transfer.end(.disconnected(reason))
        }
        if pool.clients.isEmpty { pools[pool.key] = nil }
        start(starts, in: pool)
        pool.report()
    }

    // MARK: Transfers

    /// Advances all transfers and completes those that are done.
    private func transfer() {
        let done: [(easy: EasyHandle.ID, code: ResultCode)]
        do throws(CurlFailure) {
            done = try multi.perform()
        } catch {
            return recover(from: error)
        }
        for (easy, code) in done {
            guard let ended = running[easy] else { continue }
            if ended.handle.needsAddresses(code) {
                lookUp(easy, ended)
            } else {
                finish(easy, ended, CurlLoop.outcome(of: ended.transfer, on: ended.handle, code))
            }
        }
    }

    private func finish(_ easy: EasyHandle.ID, _ ended: Running, _ outcome: TransferOutcome) {
        release(easy, ended)
        ended.pool.putBack(ended.handle)
        start(ended.pool.state.finish(ended.lane, of: ended.client), in: ended.pool)
        ended.pool.report()
        ended.transfer.end(outcome)
    }

    private static func outcome(
        of transfer: Transfer, on handle: EndpointHandle, _ code: ResultCode
    ) -> TransferOutcome {
        let easy = handle.easy
        if let excess = transfer.excessText(code) { return .tooLarge(status: easy.status, excess) }
        switch code {
        case .ok:
            return .response(
                HTTPResponse(status: easy.status, contentType: easy.contentType, body: transfer.reply))
        case .timedOut where transfer.request.deadline.milliseconds(since: .now()) <= 1:
            return .timedOut
        default: return .disconnected(handle.errorText(code))
        }
    }

    /// Removes a transfer from all tables and from the multi handle.
    private func release(_ easy: EasyHandle.ID, _ ended: Running) {
        running[easy] = nil
        lookingUp.remove(easy)
        if ended.lookUp == nil { multi.remove(ended.handle.easy) }
        ended.handle.easy.end()
    }

    // MARK: Names

    /// Makes a transfer that needs a new connection wait for the addresses of its name. Nothing has been sent yet.
    private func lookUp(_ easy: EasyHandle.ID, _ transfer: Running) {
        let now = Monotonic.now()
        let name = transfer.handle.name
        // Otherwise, if libcurl did not find the addresses that were set, the name would be looked up in a loop.
        guard !transfer.hasAddresses else {
            return finish(easy, transfer, .disconnected("could not resolve host: \(name)"))
        }
        var failure: String?
        switch lookUpState.arrive(name, for: clients[transfer.client]?.host ?? "", at: now) {
        case .join: break
        case .refuse(let reason): failure = reason
        case .begin:
            let number = lookUpState.newest
            do throws(LookUpFailure) {
                try lookUps.start(number, name)
            } catch {
                lookUpState.finish(number)
                failure = "could not look up \(name): \(error.text)"
            }
        }
        if let failure { return finish(easy, transfer, .disconnected(failure)) }
        multi.remove(transfer.handle.easy)
        running[easy]?.lookUp = (name, min(transfer.transfer.request.deadline, now + LookUpState.timeout))
        lookingUp.insert(easy)
    }

    private func take(_ result: Result<[IPAddress], LookUpFailure>, of name: String, _ number: UInt64) {
        lookUpState.finish(number)
        if case .failure = result, lookUpState.isRunning(name) { return }
        for easy in lookingUp {
            guard let waiting = running[easy], waiting.lookUp?.name == name else { continue }
            switch result {
            case .failure(let failure):
                finish(easy, waiting, .disconnected("could not look up \(name): \(failure.text)"))
            case .success(let addresses): resume(easy, waiting, addresses)
            }
        }
    }

    private func resume(_ easy: EasyHandle.ID, _ waiting: Running, _ addresses: [IPAddress]) {
        let milliseconds = waiting.transfer.request.deadline.milliseconds(since: .now())
        guard milliseconds > 0 else { return finish(easy, waiting, .timedOut) }
        do throws(CurlFailure) {
            try waiting.handle.setAddresses(addresses)
            try waiting.handle.prepare(waiting.transfer, milliseconds: milliseconds)
            try multi.add(waiting.handle.easy)
            running[easy]?.lookUp = nil
            running[easy]?.hasAddresses = true
            lookingUp.remove(easy)
        } catch {
            finish(easy, waiting, .disconnected(error.text))
        }
    }

    // MARK: Time

    /// Ends requests that timed out before they had a connection or an address.
    private func expire() {
        let now = Monotonic.now()
        for easy in lookingUp {
            guard let waiting = running[easy], let lookUp = waiting.lookUp, lookUp.until <= now else { continue }
            let isOver = waiting.transfer.request.deadline <= now
            finish(easy, waiting, isOver ? .timedOut : .disconnected("the lookup of \(lookUp.name) timed out"))
        }
        for key in crowded {
            guard let pool = pools[key] else {
                crowded.remove(key)
                continue
            }
            let expired = pool.state.takeExpired(at: now)
            // Before the completions, which may read the number of waiting messages.
            pool.report()
            for late in expired { late.request.end(unsent: shortage(in: pool, for: late.lane)) }
            if pool.state.waiting == 0 { crowded.remove(key) }
        }
        if now >= nextSweep {
            nextSweep = now + CurlLoop.sweepInterval
            for pool in pools.values { pool.closeIdle(at: now, limit: .seconds(EndpointHandle.idleLimit)) }
        }
    }

    /// Sleeps until a socket is ready, a timeout of libcurl or one of our deadlines expires, or another thread wakes it.
    private func wait() {
        var wakeUp = nextSweep
        for key in crowded { if let first = pools[key]?.state.earliestDeadline { wakeUp = min(wakeUp, first) } }
        for easy in lookingUp { if let until = running[easy]?.lookUp?.until { wakeUp = min(wakeUp, until) } }
        do throws(CurlFailure) {
            try multi.wait(milliseconds: wakeUp.milliseconds(since: .now()))
        } catch {
            recover(from: error)
        }
    }

    /// Called when libcurl cannot continue, for example out of memory: ends all of its transfers and pauses briefly.
    private func recover(from failure: CurlFailure) {
        for (easy, ended) in running where ended.lookUp == nil { finish(easy, ended, .disconnected(failure.reason)) }
        poll(nil, 0, 10)
    }
}
