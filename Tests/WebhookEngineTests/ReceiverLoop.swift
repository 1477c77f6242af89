import Glibc

/// The thread of a `ScriptedReceiver`: a `poll` loop over all connections.
struct ReceiverLoop: Sendable {
    enum Event: Sendable {
        case connected
        case closed
        case request(ScriptedReceiver.Request)
    }

    let listener: Int32
    let wake: Int32
    let greeting: @Sendable (Int) -> [ScriptedReceiver.Step]
    let answer: @Sendable (ScriptedReceiver.Request) -> [ScriptedReceiver.Step]
    let report: @Sendable (Event) -> Void

    /// Serves until the other end of `wake` is closed.
    func run() {
        var connections: [Connection] = []
        var count = 0
        while true {
            var wanted = [
                pollfd(fd: wake, events: 0, revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            wanted += connections.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            let pause = connections.compactMap(\.milliseconds).min() ?? -1
            _ = poll(&wanted, nfds_t(wanted.count), pause)
            if wanted[0].revents != 0 { break }
            for (connection, state) in zip(connections, wanted[2...]) { advance(connection, state.revents) }
            connections.removeAll { connection in
                if connection.isClosed { report(.closed) }
                return connection.isClosed
            }
            if wanted[1].revents != 0 {
                while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                    report(.connected)
                    connections.append(Connection(descriptor, number: count, steps: greeting(count)))
                    count += 1
                }
            }
        }
        for connection in connections { connection.close() }
        close(listener)
        close(wake)
    }

    private func advance(_ connection: Connection, _ events: Int16) {
        if events & Int16(POLLIN | POLLHUP | POLLERR) != 0 { connection.readSome() }
        connection.write()
        while connection.isReady, let request = connection.takeRequest() {
            report(.request(request))
            connection.begin(answer(request))
        }
    }
}

/// One connection of a receiver; used only by its thread.
final class Connection {
    let descriptor: Int32
    private let number: Int
    private var steps: [ScriptedReceiver.Step]
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var resume: ContinuousClock.Instant?
    private(set) var isClosed = false

    init(_ descriptor: Int32, number: Int, steps: [ScriptedReceiver.Step]) {
        self.descriptor = descriptor
        self.number = number
        self.steps = steps
        write()
    }

    /// Whether the script is finished and the next request may be processed.
    var isReady: Bool { !isClosed && steps.isEmpty && output.isEmpty }

    var events: Int16 { Int16(output.isEmpty ? POLLIN : POLLIN | POLLOUT) }

    /// How long `poll` may sleep for this connection; nil if it does not matter.
    var milliseconds: Int32? {
        guard let resume else { return nil }
        let left = resume - .now
        return left <= .zero ? 0 : Int32(left / .milliseconds(1)) + 1
    }

    func begin(_ steps: [ScriptedReceiver.Step]) {
        self.steps = steps
        write()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// Closes, and waits at most `seconds` until the peer has the FIN, so that it sends nothing more here. With 0, sends a RST.
    private func close(lingering seconds: Int32) {
        var linger = linger(l_onoff: 1, l_linger: seconds)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    func readSome() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isClosed {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                input += buffer[..<count]
            } else {
                if count == 0 || errno != EAGAIN { close() }
                return
            }
        }
    }

    /// Sends as much as possible and takes the next steps.
    func write() {
        while !isClosed {
            if !output.isEmpty {
                let count = send(descriptor, output, output.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else {
                    if errno != EAGAIN { close() }
                    return
                }
                output.removeFirst(count)
                continue
            }
            if let resume, resume > .now { return }
            resume = nil
            guard let step = steps.first else { return }
            if take(step) { return }
        }
    }

    /// Returns whether to stop for now.
    private func take(_ step: ScriptedReceiver.Step) -> Bool {
        switch step {
        case .send(let bytes):
            steps.removeFirst()
            output = bytes
            return false
        case .pause(let duration):
            steps.removeFirst()
            resume = .now + duration
            return false
        case .hold(let isMet):
            if isMet() {
                steps.removeFirst()
            } else {
                resume = .now + .milliseconds(5)
            }
            return false
        case .trickle(let bytes, let pause):
            output = bytes
            resume = .now + pause
            return false
        case .close:
            close(lingering: 5)
            return true
        case .reset:
            close(lingering: 0)
            return true
        case .hang: return true
        }
    }

    /// The next request, once it has arrived completely.
    func takeRequest() -> ScriptedReceiver.Request? {
        guard let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: input[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1).drop { $0 == " " }
            return (name: String(name), value: String(value))
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard input.count >= end.upperBound + length else { return nil }
        let body = Array(input[end.upperBound...].prefix(length))
        input.removeFirst(end.upperBound + length)
        return ScriptedReceiver.Request(
            connection: number, line: String(lines.first ?? ""), headers: headers, body: body)
    }
}
