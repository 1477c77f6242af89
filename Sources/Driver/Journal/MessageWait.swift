import Locking

/// A wait for messages, or for a number of them: `Driver.awaitMore`.
///
/// It follows the host's messages and resumes its search where it stopped, so that a message that does not match costs
/// its sender nothing.
public final class MessageWait: Sendable {
    private struct State {
        var search: MessageSearch
        /// Nil once the wait is over.
        var completion: (@Sendable (MessageSearch) -> Void)?
        /// Whether a thread is searching now; there is at most one.
        var isSearching = true
        /// Whether something new has arrived since that thread started.
        var isWoken = false
        /// Whether the next search is the last: the time is up, or new waits are refused.
        var isLast = false
        var followerID: UInt64?
        var timer: (any ScheduledTimer)?

        /// Ends the wait; returns the completion to call and the registrations to cancel.
        mutating func end() -> Ending {
            defer { (completion, followerID, timer) = (nil, nil, nil) }
            return Ending(completion: completion, followerID: followerID, timer: timer)
        }
    }

    private struct Ending: Sendable {
        let completion: (@Sendable (MessageSearch) -> Void)?
        let followerID: UInt64?
        let timer: (any ScheduledTimer)?
    }

    private enum Step: Sendable {
        case end(Ending)
        case follow
        case again
        case stop
    }

    private let driver: Driver
    private let state: Locked<State>

    init(_ search: MessageSearch, of driver: Driver, completion: @escaping @Sendable (MessageSearch) -> Void) {
        self.driver = driver
        state = Locked(State(search: search, completion: completion))
    }

    /// Cancels the wait: its completion is no longer called, unless that call has begun. Canceling twice does nothing.
    public func cancel() { release(state.withLock { $0.end() }) }

    /// Searches once, then starts the timeout.
    func begin(timeout: Duration) {
        searchUntilFound()
        if state.withLock({ $0.completion == nil }) { return }
        let timer = driver.timers.schedule(after: timeout) { self.wake(isLast: true) }
        let isOver = state.withLock { state in
            state.timer = timer
            return state.completion == nil
        }
        if isOver { timer.cancel() }
    }

    private func wake(isLast: Bool) {
        let mustSearch = state.withLock { state in
            if state.completion == nil { return false }
            state.isLast = state.isLast || isLast
            state.isWoken = true
            defer { state.isSearching = true }
            return !state.isSearching
        }
        if mustSearch { searchUntilFound() }
    }

    /// Searches until enough messages are found, the wait is over, or there is nothing new.
    private func searchUntilFound() {
        while true {
            var search = state.withLock { state in
                state.isWoken = false
                return state.search
            }
            driver.searchAgain(&search)
            switch take(search) {
            case .stop: return
            case .again: break
            case .follow:
                if !follow(search) { return }
            case .end(let ending):
                release(ending)
                ending.completion?(search)
                return
            }
        }
    }

    private func take(_ search: MessageSearch) -> Step {
        state.withLock { state in
            state.search = search
            if state.completion == nil { return .stop }
            if search.isSatisfied || state.isLast && !state.isWoken { return .end(state.end()) }
            return state.isWoken ? .again : .follow
        }
    }

    /// Follows the messages after `search`; true if there is already something new.
    private func follow(_ search: MessageSearch) -> Bool {
        switch driver.follow(search, { self.wake(isLast: false) }) {
        case .ready: return true
        case .ended:
            state.withLock { $0.isLast = true }
            return true
        case .waiting(let id):
            let (isOver, isWoken) = state.withLock { state in
                state.followerID = id
                state.isSearching = state.isWoken
                return (state.completion == nil, state.isWoken)
            }
            if isOver { driver.stopFollowing(id) }
            return !isOver && isWoken
        }
    }

    private func release(_ ending: Ending) {
        if let followerID = ending.followerID { driver.stopFollowing(followerID) }
        ending.timer?.cancel()
    }
}

extension Driver {
    /// Resumes a finished search, up to the current end of the journal.
    func searchAgain(_ search: inout MessageSearch) {
        search.resume()
        withState { $0.journal.recheck(&search) }
        self.search(&search)
    }

    /// Searches the journal, releasing the lock between two parts.
    func search(_ search: inout MessageSearch) {
        repeat { advance(&search) } while !search.isOver
    }

    fileprivate func advance(_ search: inout MessageSearch) {
        withState { $0.journal.advance(&search, by: Driver.searchPart) }
    }

    /// Messages that a search checks before others get the lock.
    private static let searchPart = 4096
}

/// A search through the journal, for messages or for their number, one part of the journal per slice.
public struct SlicedMessageSearch: SlicedWork {
    private let driver: Driver
    private var search: MessageSearch

    fileprivate init(_ driver: Driver, _ search: MessageSearch) {
        self.driver = driver
        self.search = search
    }

    /// Whether it takes long, because it compares names.
    public var comparesNames: Bool { search.query.imageFileName != nil }

    /// Checks the next messages; returns the outcome once the page is full or all were checked.
    public mutating func advance() -> Outcome? {
        driver.advance(&search)
        return search.isOver ? Outcome(search: search) : nil
    }

    /// Runs the whole search at once.
    public consuming func finish() -> Outcome {
        driver.search(&search)
        return Outcome(search: search)
    }

    /// The result of a search, which a wait can continue.
    public struct Outcome: Sendable {
        fileprivate let search: MessageSearch

        /// The messages that were found.
        public var page: MessagePage { search.page }
        /// The number of messages that were counted.
        public var count: MessageCount { search.messageCount }
        /// Whether a message was found, or as many were counted as were asked for.
        public var isSatisfied: Bool { search.isSatisfied }
    }
}

extension Driver {
    /// A search for the first `limit` messages that match `query`.
    public func messageSearch(_ query: MessageQuery, limit: Int) -> SlicedMessageSearch {
        SlicedMessageSearch(self, MessageSearch(query, limit: limit))
    }

    /// A count of the messages that match `query`, which is satisfied with `minimum`.
    public func messageCountSearch(_ query: MessageQuery, atLeast minimum: Int) -> SlicedMessageSearch {
        SlicedMessageSearch(self, MessageSearch(query, limit: minimum, countsOnly: true))
    }

    /// Continues a search until it is satisfied, for at most `timeout`.
    ///
    /// `completion` runs once, before this returns, on the follower queue or on the timers' thread, unless the returned
    /// wait is canceled. A query for an outcome matches messages that have it when the wait checks them. A count may
    /// include messages that are evicted while it waits.
    @discardableResult
    public func awaitMore(
        after outcome: SlicedMessageSearch.Outcome, timeout: Duration,
        completion: @escaping @Sendable (SlicedMessageSearch.Outcome) -> Void
    ) -> MessageWait {
        let wait = MessageWait(outcome.search, of: self) { completion(SlicedMessageSearch.Outcome(search: $0)) }
        wait.begin(timeout: timeout)
        return wait
    }
}
