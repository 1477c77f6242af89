import Bytes
import Curl
import DequeModule
import Glibc
import Synchronization

/// The work on all webhooks: pools, connections, deadlines. One thread has it at a time (`SharedLoop`).
final class WebhookLoop {
    struct Client {
        let pool: ConnectionPool
        let host: String
    }

    /// How often pools are checked for idle connections.
    private static let sweepInterval = Duration.seconds(5)
    /// The number of commands up to which their memory is used again.
    private static let keptCommands = 64
    /// Bytes that are received at once.
    private static let bufferSize = 16_384

    let inbox: WebhookInbox
    let sockets: EngineSockets
    let lookUps: LookUps
    var lookUpState = LookUpState()
    var clients: [ClientID: Client] = [:]
    private var pools: [Endpoint.Key: ConnectionPool] = [:]
    /// Pools with waiting requests.
    private var crowded = Set<Endpoint.Key>()
    /// The deadlines of transfers, by the numbers of their connections.
    private var deadlines = DeadlineTable()
    /// The connections that libcurl is making.
    var connecting: [EasyHandle.ID: EngineConnection] = [:]
    /// The connections that wait for addresses.
    var lookingUp: [Int: EngineConnection] = [:]
    /// The commands that are being performed.
    private var commands: [WebhookInbox.Command] = []
    /// The transfers that have ended and are not completed yet.
    private var ended: Deque<(EngineConnection, TransferOutcome)> = []
    /// The requests that are complete, to be reported once the loop is free again.
    private var completed: [Completion] = []
    /// When the thread wakes up by itself.
    private var sleepsUntil = Monotonic.now()
    private var isOver = false
    private var nextSweep = Monotonic.now() + WebhookLoop.sweepInterval
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: WebhookLoop.bufferSize, alignment: 16)

    init(_ inbox: WebhookInbox, _ lookUps: LookUps) {
        self.inbox = inbox
        self.lookUps = lookUps
        sockets = inbox.sockets
    }

    deinit { buffer.deallocate() }

    // MARK: Turns

    /// Performs the commands in the inbox, on any thread.
    func performCommands() -> Turn {
        takeCommands()
        // The thread drives libcurl, and must not oversleep a deadline that is earlier than it knows.
        let wakeUp = wakeUpTime
        let mustWake = !connecting.isEmpty || wakeUp < sleepsUntil
        sleepsUntil = min(sleepsUntil, wakeUp)
        return takeTurn(mustWake: mustWake)
    }

    /// Handles sockets that are ready, commands and deadlines, on the thread. While libcurl connects, also waits for something to
    /// happen.
    func advance(_ events: [SocketPoll.Event]) -> Turn {
        for event in events { handle(event) }
        takeCommands()
        advanceConnecting()
        expire()
        sleepsUntil = wakeUpTime
        if !connecting.isEmpty, completed.isEmpty, inbox.fallAsleep() {
            awaitConnecting()
            inbox.wakeThread()
            sleepsUntil = .now()
        }
        return takeTurn(mustWake: false)
    }

    private func takeCommands() {
        let isLast = inbox.take(&commands)
        for command in commands { perform(command) }
        commands.removeAll(keepingCapacity: commands.count <= WebhookLoop.keptCommands)
        guard isLast else { return }
        isOver = true
        for client in Array(clients.keys) { close(client, because: WebhookInbox.stopped) }
    }

    private func takeTurn(mustWake: Bool) -> Turn {
        defer { completed = [] }
        return Turn(
            completions: completed, wakesThread: mustWake, sleepsUntil: connecting.isEmpty ? sleepsUntil : .now(),
            isLast: isOver)
    }

    private func perform(_ command: WebhookInbox.Command) {
        switch command {
        case .open(let client, let endpoint, let host, let gauge): open(client, endpoint, host, gauge)
        case .send(let request, let client, let lane): admit(request, of: client, on: lane)
        case .close(let client): close(client, because: "the engine was disconnected")
        case .lookedUp(let number, let name, let result): take(result, of: name, number)
        }
        settle()
    }

    /// Completes the transfers that have ended. Each makes room for others, which may end at once.
    func settle() {
        while let (connection, outcome) = ended.popFirst() { complete(connection, outcome) }
    }

    // MARK: Pools

    private func open(_ client: ClientID, _ endpoint: Endpoint, _ host: String, _ gauge: PoolGauge) {
        let pool = pools[endpoint.key] ?? ConnectionPool(to: endpoint, by: inbox, gauge: gauge)
        pools[endpoint.key] = pool
        pool.adopt(endpoint)
        pool.clients.insert(client)
        clients[client] = Client(pool: pool, host: host)
    }

    private func admit(_ request: TransferRequest, of client: ClientID, on lane: Lane) {
        guard let pool = clients[client]?.pool else {
            return complete(request, unsent: .disconnected("the engine was disconnected"))
        }
        switch pool.state.arrive(request, of: client, on: lane, deadline: request.deadline, at: .now()) {
        case .start: start([.init(request: request, client: client, lane: lane, waitedSince: nil)], in: pool)
        case .wait: crowded.insert(pool.key)
        case .refuse:
            complete(request, unsent: .notTried("\(PoolState<TransferRequest>.capacity) messages are already waiting"))
        }
        pool.report()
    }

    /// Starts requests. If one cannot be started, the next in line is.
    private func start(_ starts: [PoolState<TransferRequest>.Start], in pool: ConnectionPool) {
        var line = starts
        var started = 0
        while started < line.count {
            let next = line[started]
            started += 1
            let now = Monotonic.now()
            let outcome: TransferOutcome
            if next.request.deadline <= now {
                outcome = next.waitedSince == nil ? .timedOut : shortage(in: pool, for: next.lane)
            } else {
                do throws(CurlFailure) {
                    try begin(next, in: pool, at: now)
                    continue
                } catch {
                    outcome = .notTried(error.text)
                }
            }
            line += pool.state.finish(next.lane, of: next.client)
            complete(next.request, unsent: outcome)
        }
    }

    private func begin(
        _ next: PoolState<TransferRequest>.Start, in pool: ConnectionPool, at now: Monotonic
    ) throws(CurlFailure) {
        let connection = try pool.takeConnection(at: now)
        if !connection.isConnected { try connect(connection) }
        connection.begin(Transfer(next, at: now))
        sockets.setBusy(connection)
        deadlines.set(connection.number, next.request.deadline)
        if connection.isConnected { send(on: connection) }
    }

    private func shortage(in pool: ConnectionPool, for lane: Lane) -> TransferOutcome {
        inbox.withoutConnection.add(1, ordering: .relaxed)
        return .noConnection(pool.state.shortage(for: lane))
    }

    /// Ends all requests of a client and removes it. The last client removes the pool.
    private func close(_ client: ClientID, because reason: String) {
        guard let pool = clients.removeValue(forKey: client)?.pool else { return }
        pool.clients.remove(client)
        for request in pool.state.takeAll(of: client) { complete(request, unsent: .disconnected(reason)) }
        for connection in sockets.busyConnections where connection.transfer?.client == client {
            end(connection, .disconnected(reason))
        }
        settle()
        if pool.clients.isEmpty { pools[pool.key] = nil }
        pool.report()
    }

    // MARK: Transfers

    /// Sends what the socket takes.
    func send(on connection: EngineConnection) {
        if let outcome = connection.send() { end(connection, outcome) }
    }

    /// Ends the transfer of a connection; `settle` completes it.
    func end(_ connection: EngineConnection, _ outcome: TransferOutcome) { ended.append((connection, outcome)) }

    private func complete(_ connection: EngineConnection, _ outcome: TransferOutcome) {
        guard let transfer = connection.transfer else { return }
        let pool = connection.pool
        connecting[connection.easy.id] = nil
        lookingUp[connection.number] = nil
        deadlines.remove(connection.number)
        connection.endTransfer()
        pool.putBack(connection, at: .now())
        sockets.setIdle(connection)
        start(pool.state.finish(transfer.lane, of: transfer.client), in: pool)
        pool.report()
        completed.append(
            Completion(request: transfer.request, end: TransferEnd(outcome: outcome, waited: transfer.waited)))
    }

    /// Completes a request that never had a connection.
    private func complete(_ request: TransferRequest, unsent outcome: TransferOutcome) {
        completed.append(Completion(request: request, end: TransferEnd(outcome: outcome, waited: nil)))
    }

    private func handle(_ event: SocketPoll.Event) {
        // It may have been closed, and be connecting again, since the event.
        guard let connection = sockets.connection(event.number), connection.isConnected else { return }
        if connection.transfer == nil {
            // Input that belongs to no request, or the end of the connection. It is made again for the next request.
            if event.isReadable, connection.hasStrayInput { connection.disconnect() }
            return
        }
        if event.isReadable, let outcome = connection.receive(into: buffer) {
            end(connection, outcome)
        } else if event.isWritable {
            send(on: connection)
        }
        settle()
    }

    // MARK: Time

    /// Ends requests that timed out.
    private func expire() {
        let now = Monotonic.now()
        while let number = deadlines.takeExpired(at: now) {
            if let connection = sockets.connection(number) { end(connection, .timedOut) }
            settle()
        }
        for connection in lookingUp.values {
            guard let lookUp = connection.lookUp, lookUp.until <= now else { continue }
            end(connection, .disconnected("the lookup of \(lookUp.name) timed out"))
        }
        settle()
        for key in crowded {
            guard let pool = pools[key] else {
                crowded.remove(key)
                continue
            }
            let expired = pool.state.takeExpired(at: now)
            pool.report()
            for late in expired { complete(late.request, unsent: shortage(in: pool, for: late.lane)) }
            if pool.state.waiting == 0 { crowded.remove(key) }
        }
        if now >= nextSweep {
            nextSweep = now + WebhookLoop.sweepInterval
            for pool in pools.values { pool.closeIdle(at: now) }
        }
    }

    /// Sleeps until libcurl or a socket can continue, the thread must wake up, or the bell rings.
    private func awaitConnecting() {
        do throws(CurlFailure) {
            let milliseconds = sleepsUntil.milliseconds(since: .now())
            try sockets.multi.wait(milliseconds: milliseconds, also: sockets.poll.descriptor)
        } catch {
            recover(from: error)
        }
    }

    /// When the thread must wake up at the latest.
    private var wakeUpTime: Monotonic {
        var time = nextSweep
        if let first = deadlines.next { time = min(time, first) }
        for key in crowded { if let first = pools[key]?.state.earliestDeadline { time = min(time, first) } }
        for connection in lookingUp.values { if let until = connection.lookUp?.until { time = min(time, until) } }
        return time
    }
}
