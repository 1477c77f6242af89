/// The place of a live stream in numbered items of which the oldest are given up.
struct StreamPlace: Sendable {
    private let start: StreamStart
    private var hasStarted = false
    /// The number of the last item that was examined.
    private(set) var number: UInt64

    init(_ start: StreamStart) {
        self.start = start
        number = start.sequence
    }

    /// Moves to the first of the items that are kept, `oldest` to `newest`, and tells the reader in `output` what it does not
    /// get. Returns false if the page was fetched from the wrong place.
    mutating func enter(oldest: UInt64, newest: UInt64, _ encoding: StreamFormat, _ output: inout StreamOutput) -> Bool
    {
        if !hasStarted {
            hasStarted = true
            switch start {
            case .oldest: number = oldest - 1
            case .resume(let lastEventId) where lastEventId > newest:
                output.append(encoding.reset(lastEventId: lastEventId, newest: newest))
                number = oldest - 1
                return false
            case .after, .resume: break
            }
        }
        if oldest > number, oldest - number > 1 {
            output.append(encoding.gap(first: number + 1, last: oldest - 1))
        }
        return true
    }

    /// Notes that the items up to `end` were examined.
    mutating func pass(_ end: UInt64) { number = max(number, end) }
}

/// The first item of a stream.
enum StreamStart: Sendable, Equatable {
    /// The oldest item that is kept.
    case oldest
    /// The first item after a number.
    case after(UInt64)
    /// The first item after the last one that the reader received earlier.
    case resume(lastEventId: UInt64)

    /// The number before the first item, as far as it is known before the stream starts.
    fileprivate var sequence: UInt64 {
        switch self {
        case .oldest: 0
        case .after(let sequence), .resume(let sequence): sequence
        }
    }
}
