import Testing

@testable import Driver

@Suite struct SyncChannelStateTests {
    private var channel = SyncChannelState()

    @Test mutating func `abandoned waits take no room while all permits are in use`() throws {
        #expect(channel.acquire(limit: 1) == .granted)
        let first = try waitTicket(limit: 1)
        for _ in 0..<10_000 { #expect(channel.giveUp(try waitTicket(limit: 1))) }
        #expect(channel.places < 32)
        let last = try waitTicket(limit: 1)
        channel.release()
        #expect(channel.grantNext(limit: 1) == first)
        channel.release()
        #expect(channel.grantNext(limit: 1) == last)
    }

    private mutating func waitTicket(limit: Int) throws -> UInt64 {
        guard case .wait(let ticket) = channel.acquire(limit: limit) else {
            throw DriverError.invalidParameter("granted")
        }
        return ticket
    }

    @Test mutating func `SYN-4: the limit is granted, further waits are granted in order`() throws {
        #expect(channel.acquire(limit: 2) == .granted)
        #expect(channel.acquire(limit: 2) == .granted)
        let first = try waitTicket(limit: 2)
        let second = try waitTicket(limit: 2)
        #expect(channel.grantNext(limit: 2) == nil)
        channel.release()
        #expect(channel.grantNext(limit: 2) == first)
        #expect(channel.grantNext(limit: 2) == nil)
        channel.release()
        #expect(channel.grantNext(limit: 2) == second)
        #expect(!channel.isWaiting(first))
    }

    @Test mutating func `SYN-4: a new request does not overtake a wait`() throws {
        #expect(channel.acquire(limit: 1) == .granted)
        let first = try waitTicket(limit: 1)
        channel.release()
        let second = try waitTicket(limit: 1)
        #expect(channel.grantNext(limit: 1) == first)
        channel.release()
        #expect(channel.grantNext(limit: 1) == second)
    }

    @Test mutating func `SYN-4: an abandoned wait takes no permit`() throws {
        #expect(channel.acquire(limit: 1) == .granted)
        let first = try waitTicket(limit: 1)
        let second = try waitTicket(limit: 1)
        #expect(channel.giveUp(first) == true)
        #expect(channel.giveUp(first) == false, "only once")
        channel.release()
        #expect(channel.grantNext(limit: 1) == second)
        #expect(channel.giveUp(second) == false, "granted first")
        channel.release()
        #expect(channel.acquire(limit: 1) == .granted)
    }

    @Test mutating func `SYN-4: a lowered limit grants again once enough permits are released`() throws {
        for _ in 0..<3 { #expect(channel.acquire(limit: 3) == .granted) }
        let ticket = try waitTicket(limit: 1)
        channel.release()
        #expect(channel.grantNext(limit: 1) == nil)
        channel.release()
        #expect(channel.grantNext(limit: 1) == nil)
        channel.release()
        #expect(channel.grantNext(limit: 1) == ticket)
    }

    @Test mutating func `SYN-4: a raised limit grants at once`() throws {
        #expect(channel.acquire(limit: 1) == .granted)
        let tickets = [try waitTicket(limit: 1), try waitTicket(limit: 1), try waitTicket(limit: 1)]
        #expect(channel.grantNext(limit: 3) == tickets[0])
        #expect(channel.grantNext(limit: 3) == tickets[1])
        #expect(channel.grantNext(limit: 3) == nil)
    }
}
