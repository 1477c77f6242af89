import CCurl
import Glibc

/// The work of the one thread of a `CurlMulti`. It alone touches lanes, transfers and easy handles.
final class CurlLoop {
    private struct Running {
        let lane: CurlLane.ID
        let handle: EasyHandle
        let transfer: Transfer
    }

    /// How often lanes are looked at for connections that nobody uses.
    private static let sweepInterval = Duration.seconds(10)

    private let inbox: CurlInbox
    private let multi: UnsafeMutableRawPointer
    private var lanes: [CurlLane.ID: CurlLane] = [:]
    /// Lanes in which requests wait.
    private var crowded = Set<CurlLane.ID>()
    /// By easy handle.
    private var running: [UnsafeMutableRawPointer: Running] = [:]
    private var nextSweep = Monotonic.now() + CurlLoop.sweepInterval

    init(_ inbox: CurlInbox) {
        self.inbox = inbox
        multi = inbox.multi
    }

    /// Works until the inbox is stopped.
    func run() {
        while true {
            let (commands, isLast) = inbox.take()
            for command in commands { perform(command) }
            if isLast { break }
            transfer()
            expireWaiting()
            wait()
        }
        for id in Array(lanes.keys) { close(id, because: CurlInbox.stopped) }
    }

    private func perform(_ command: CurlInbox.Command) {
        switch command {
        case .open(let id, let endpoint, let connections):
            lanes[id] = CurlLane(to: endpoint, by: inbox.rules, connections: connections)
        case .send(let request, let id): admit(request, to: id)
        case .close(let id): close(id, because: "the engine was disconnected")
        }
    }

    private func admit(_ request: TransferRequest, to id: CurlLane.ID) {
        guard let lane = lanes[id] else { return request.completion(.disconnected("the engine was disconnected")) }
        switch lane.queue.arrive(request, deadline: request.deadline) {
        case .start: start(request, on: id)
        case .wait: crowded.insert(id)
        case .refuse: request.completion(.notTried("\(CurlLane.capacity) messages wait already"))
        }
    }

    /// Starts `request`, or the next one that waits when it cannot be started.
    private func start(_ request: TransferRequest, on id: CurlLane.ID) {
        var next: TransferRequest? = request
        while let request = next, let lane = lanes[id] {
            let milliseconds = request.deadline.milliseconds(since: .now())
            if milliseconds == 0 {
                request.completion(.timedOut)
            } else {
                do throws(CurlFailure) {
                    return try begin(request, on: id, of: lane, milliseconds: milliseconds)
                } catch {
                    request.completion(.notTried(error.text))
                }
            }
            next = lane.queue.finish()
        }
    }

    private func begin(
        _ request: TransferRequest, on id: CurlLane.ID, of lane: CurlLane, milliseconds: Int
    ) throws(CurlFailure) {
        let transfer = try Transfer(request)
        let handle = try lane.takeHandle()
        try handle.prepare(transfer, milliseconds: milliseconds)
        let result = curl_multi_add_handle(multi, handle.pointer)
        guard result == CURLM_OK else {
            throw CurlFailure("curl_multi_add_handle: \(String(cString: curl_multi_strerror(result)))")
        }
        running[handle.pointer] = Running(lane: id, handle: handle, transfer: transfer)
    }

    /// Moves all transfers on and ends those that are done.
    private func transfer() {
        var stillRunning: Int32 = 0
        let result = curl_multi_perform(multi, &stillRunning)
        guard result == CURLM_OK else { return recover(from: result) }
        // All are read before the first is ended: ending one starts others, and messages do not outlive that.
        var done: [(easy: UnsafeMutableRawPointer, code: CURLcode)] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            done.append((easy, message.pointee.data.result))
        }
        for (easy, code) in done { finish(easy, code) }
    }

    private func finish(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        guard let ended = running.removeValue(forKey: easy) else { return }
        let outcome = CurlLoop.outcome(of: ended.transfer, on: ended.handle, code)
        remove(easy)
        if let lane = lanes[ended.lane] {
            lane.giveBack(ended.handle)
            if let next = lane.queue.finish() { start(next, on: ended.lane) }
        }
        ended.transfer.request.completion(outcome)
    }

    private static func outcome(of transfer: Transfer, on handle: EasyHandle, _ code: CURLcode) -> TransferOutcome {
        if transfer.isTooLarge { return .tooLarge(status: handle.status) }
        switch code {
        case CURLE_OK:
            return .response(
                HTTPResponse(status: handle.status, contentType: handle.contentType, body: transfer.reply))
        case CURLE_OPERATION_TIMEDOUT where transfer.request.deadline.milliseconds(since: .now()) <= 1:
            return .timedOut
        default: return .disconnected(handle.errorText(code))
        }
    }

    /// Ends everything of a lane and forgets it.
    private func close(_ id: CurlLane.ID, because reason: String) {
        guard let lane = lanes.removeValue(forKey: id) else { return }
        crowded.remove(id)
        var requests: [TransferRequest] = []
        for (easy, ended) in running where ended.lane == id {
            running[easy] = nil
            remove(easy)
            requests.append(ended.transfer.request)
        }
        requests += lane.queue.takeWaiting()
        for request in requests { request.completion(.disconnected(reason)) }
    }

    private func remove(_ easy: UnsafeMutableRawPointer) {
        let result = curl_multi_remove_handle(multi, easy)
        assert(result == CURLM_OK, "curl_multi_remove_handle: \(result.rawValue)")
    }

    /// Ends the requests whose time was over before their turn came.
    private func expireWaiting() {
        let now = Monotonic.now()
        for id in crowded {
            guard let lane = lanes[id] else { continue }
            for request in lane.queue.takeExpired(at: now) { request.completion(.timedOut) }
            if lane.queue.earliestDeadline == nil { crowded.remove(id) }
        }
        if now >= nextSweep {
            nextSweep = now + CurlLoop.sweepInterval
            for lane in lanes.values { lane.closeIdle(at: now, limit: .seconds(EasyHandle.idleLimit)) }
        }
    }

    /// Sleeps until a socket, a timeout of libcurl, a deadline of ours or a wake-up.
    private func wait() {
        let now = Monotonic.now()
        let wakeUp = crowded.compactMap { lanes[$0]?.queue.earliestDeadline }.reduce(nextSweep, min)
        let result = curl_multi_poll(multi, nil, 0, Int32(wakeUp.milliseconds(since: now)), nil)
        if result != CURLM_OK { recover(from: result) }
    }

    /// libcurl cannot go on with what it has (it is out of memory, say): gives that up and takes a breath.
    private func recover(from failure: CURLMcode) {
        let reason = String(cString: curl_multi_strerror(failure))
        for (easy, ended) in running {
            running[easy] = nil
            remove(easy)
            if let next = lanes[ended.lane]?.queue.finish() { start(next, on: ended.lane) }
            ended.transfer.request.completion(.disconnected(reason))
        }
        poll(nil, 0, 10)
    }
}
