import Glibc
import TestSupport

/// The thread of a `FaultyEngine`: a `poll` loop over all connections.
struct FaultyEngineLoop: Sendable {
    let listener: ReopenableListener
    let wake: Int32
    let seed: UInt64
    let ledger: EngineLedger
    let mode: @Sendable () -> FaultyEngine.Mode
    let done: @Sendable () -> Void

    /// Serves until the other end of `wake` is closed.
    func run() {
        var random = SplitMix(seed: seed)
        var connections: [FaultyConnection] = []
        while true {
            let mode = mode()
            if mode == .dead { listener.shut() } else { listener.reopen() }
            for connection in connections where mode == .dead { connection.die() }
            let isDeaf = mode == .deaf
            var wanted = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
            let accepts = !isDeaf && listener.isOpen
            wanted.append(pollfd(fd: accepts ? listener.descriptor : -1, events: Int16(POLLIN), revents: 0))
            wanted += connections.map { pollfd(fd: isDeaf ? -1 : $0.descriptor, events: $0.events, revents: 0) }
            var pause = isDeaf ? -1 : connections.compactMap(\.milliseconds).min() ?? -1
            if mode != .dead, !listener.isOpen { pause = 1 }
            _ = poll(&wanted, nfds_t(wanted.count), pause)
            if wanted[0].revents & Int16(POLLHUP) != 0 { break }
            drainWake(wanted[0].revents)
            if isDeaf { continue }
            for (connection, state) in zip(connections, wanted[2...]) {
                connection.advance(state.revents) { EngineAnswer.random(mode, for: $0, using: &random) }
            }
            connections.removeAll(where: \.isClosed)
            while wanted[1].revents != 0, case let accepted = accept(listener.descriptor, nil, nil), accepted >= 0 {
                _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
                connections.append(FaultyConnection(accepted, ledger))
            }
        }
        for connection in connections { connection.end() }
        close(wake)
        done()
    }

    private func drainWake(_ events: Int16) {
        guard events & Int16(POLLIN) != 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wake, &bytes, bytes.count) > 0 {}
    }
}

/// A message or a batch that arrived completely, with the fields that an engine needs.
struct EngineRequest: Sendable {
    /// The ids of its messages.
    let ids: [String]
    let host: Substring
    let kind: String
    /// The operation's value, which the reply to a sync message must contain.
    let operationCode: Int

    init?(head: String, body: [UInt8]) {
        var fields: [Substring: Substring] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields[line[..<colon]] = line[colon...].dropFirst(2)
        }
        guard let id = fields["webhook-id"] else { return nil }
        let text = String(decoding: body, as: UTF8.self)
        let isBatch = fields["Content-Type"] == "application/cloudevents-batch+json"
        ids = isBatch ? text.values(of: #""id":""#) : [String(id)]
        // {host}-{random}-{sequence}
        let parts = ids.first?.split(separator: "-") ?? []
        guard parts.count >= 3 else { return nil }
        host = Substring(parts.dropLast(2).joined(separator: "-"))
        if let kind = fields["ce-kind"], let code = fields["ce-operationcode"].flatMap({ Int($0) }) {
            (self.kind, operationCode) = (String(kind), code)
        } else {
            guard let kind = text.value(of: #""kind":""#), let code = text.value(of: #""operationCode":"#),
                let number = Int(code)
            else { return nil }
            (self.kind, operationCode) = (String(kind), number)
        }
    }
}

extension String {
    /// The letters and digits that follow `prefix`.
    fileprivate func value(of prefix: String) -> Substring? {
        firstRange(of: prefix).map { self[$0.upperBound...].prefix { $0.isLetter || $0.isNumber } }
    }

    /// The rests of the strings that begin with `prefix`.
    fileprivate func values(of prefix: String) -> [String] {
        split(separator: prefix, omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
}
