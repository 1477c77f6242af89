import Bytes
import Curl
import Glibc

/// Connecting, which libcurl does, and looking up names for it.
extension WebhookLoop {
    /// Begins to make a connection.
    func connect(_ connection: EngineConnection) throws(CurlFailure) {
        try connection.connect()
        connecting[connection.easy.id] = connection
    }

    /// Lets libcurl advance, and sends the requests of the connections that are made.
    func advanceConnecting() {
        guard !connecting.isEmpty else { return }
        let done: [(easy: EasyHandle.ID, code: ResultCode)]
        do throws(CurlFailure) {
            done = try sockets.multi.perform()
        } catch {
            return recover(from: error)
        }
        for (easy, code) in done {
            guard let connection = connecting.removeValue(forKey: easy) else { continue }
            finishConnecting(connection, code)
        }
        settle()
    }

    private func finishConnecting(_ connection: EngineConnection, _ code: ResultCode) {
        if connection.needsAddresses(code) { return lookUp(for: connection) }
        guard code == .ok else { return end(connection, .disconnected(connection.errorText(code))) }
        do throws(CurlFailure) {
            try connection.finishConnecting()
            send(on: connection)
        } catch {
            end(connection, .disconnected(error.text))
        }
    }

    // MARK: Names

    /// Makes a request wait for the addresses of its name. Nothing has been sent yet.
    private func lookUp(for connection: EngineConnection) {
        guard let transfer = connection.transfer else { return }
        let now = Monotonic.now()
        let name = connection.name
        // Otherwise, if libcurl did not find the addresses that were set, the name would be looked up in a loop.
        guard !connection.hasAddresses else {
            return end(connection, .disconnected("could not resolve host: \(name)"))
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
        if let failure { return end(connection, .disconnected(failure)) }
        connection.disconnect()
        connection.lookUp = (name, now + LookUpState.timeout)
        lookingUp[connection.number] = connection
    }

    /// Takes the result of a lookup.
    func take(_ result: Result<[IPAddress], LookUpFailure>, of name: String, _ number: UInt64) {
        lookUpState.finish(number)
        if case .failure = result, lookUpState.isRunning(name) { return }
        for connection in lookingUp.values where connection.lookUp?.name == name {
            lookingUp[connection.number] = nil
            connection.lookUp = nil
            do throws(CurlFailure) {
                switch result {
                case .failure(let failure): throw CurlFailure("could not look up \(name): \(failure.text)")
                case .success(let addresses):
                    try connection.setAddresses(addresses)
                    try connect(connection)
                }
            } catch {
                end(connection, .disconnected(error.text))
            }
        }
    }

    /// Called when libcurl cannot continue, for example out of memory: ends all that it is connecting, and pauses briefly.
    func recover(from failure: CurlFailure) {
        for connection in connecting.values { end(connection, .disconnected(failure.reason)) }
        settle()
        poll(nil, 0, 10)
    }
}
