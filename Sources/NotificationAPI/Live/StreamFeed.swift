import Driver

/// What a live stream sends: the items of a host in their order, each once.
///
/// Plain state: `LiveStream` keeps it under a lock and performs its steps.
protocol StreamFeed: Sendable {
    /// What is to be fetched from the driver.
    associatedtype Request: Sendable & Equatable
    /// What was fetched.
    associatedtype Answer: Sendable
    /// How far the stream has got.
    associatedtype Position: Sendable & Equatable

    /// The unsent bytes of the item, or notice, that has begun.
    var output: StreamOutput { get set }

    /// Copies the next bytes to `buffer`, as many as there are and fit, or returns the action that is needed first.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> StreamStep<Request, Position>

    /// Receives what was fetched.
    mutating func receive(_ answer: Answer)

    /// Makes the next step fetch what is new.
    mutating func requestFetch()

    /// Makes the stream send a heartbeat unless it has something else to send.
    mutating func requestHeartbeat()

    /// Fetches from the driver.
    static func answer(to request: Request, from driver: Driver) -> Answer

    /// Fetches in slices, and calls `completion`; nil, without calling it, if the request needs no slices.
    static func answerInSlices(
        to request: Request, from driver: Driver, _ slices: any SliceQueue, isWanted: @escaping @Sendable () -> Bool
    ) -> ((@escaping @Sendable (Answer) -> Void) -> Void)?

    /// Calls `wake` once when there is something new after `position`.
    static func follow(
        _ position: Position, of driver: Driver, _ wake: @escaping @Sendable () -> Void
    ) -> StreamFollowing
}

extension StreamFeed {
    /// Nil: no request takes long.
    static func answerInSlices(
        to request: Request, from driver: Driver, _ slices: any SliceQueue, isWanted: @escaping @Sendable () -> Bool
    ) -> ((@escaping @Sendable (Answer) -> Void) -> Void)? { nil }
}

/// The next action for a stream.
enum StreamStep<Request: Sendable & Equatable, Position: Sendable & Equatable>: Equatable {
    /// Report this number of copied bytes.
    case copied(Int)
    /// Fetch this.
    case fetch(Request)
    /// Wait for something after this position or for a heartbeat.
    case wait(after: Position)
    /// End the stream.
    case end
}

/// The result of following a host.
enum StreamFollowing: Sendable {
    /// The stream will be woken; the number is for `Driver.stopFollowing`.
    case waiting(UInt64)
    /// There is something new after this time, without a wake-up.
    case after(Duration)
    /// There is already something new.
    case ready
    /// Waits are no longer allowed.
    case ended

    /// The same of the driver.
    init(_ following: Driver.Following) {
        self =
            switch following {
            case .waiting(let id): .waiting(id)
            case .ready: .ready
            case .ended: .ended
            }
    }
}

/// Bytes of a text that are still to be sent.
struct StreamOutput: Sendable {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8] = []) { self.bytes = bytes[...] }

    /// Whether everything is sent.
    var isEmpty: Bool { bytes.isEmpty }

    /// Adds a text.
    mutating func append(_ text: [UInt8]) { if bytes.isEmpty { bytes = text[...] } else { bytes += text } }

    /// Copies as many bytes as fit; returns their number.
    mutating func copy(to room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count, room.count)
        room.copyBytes(from: bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        return count
    }
}
