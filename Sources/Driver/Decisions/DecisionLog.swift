import Bytes
import DequeModule
public import Messages

/// The latest decisions of a host's routines.
struct DecisionLog {
    /// A ring that grows up to `capacity` decisions.
    private var ring: [Decision] = []
    /// The number of a decision that is, or was, at the first place of the ring.
    private var base: UInt64 = 1
    /// The images of decisions that have one, by number. Apart from the ring, so that a decision has no references to count.
    private var images: Deque<Image> = []
    private let capacity: Int
    /// Bytes of the images.
    private var imageBytes = 0
    /// The number of the newest decision; 0 if there was none.
    private(set) var newest: UInt64 = 0
    /// The number of the oldest decision that is kept; that of the next one if there is none.
    private(set) var oldest: UInt64 = 1

    private struct Image {
        let decision: UInt64
        let name: UnicodeString

        var bytes: Int { MemoryLayout<Image>.stride + name.byteCount }
    }

    /// Bytes of UTF-8 of the longest name of an image that is kept.
    static let longestName = 1024

    /// A log of at most `capacity` decisions; 0 for none.
    init(capacity: Int) { self.capacity = capacity }

    /// Whether decisions are kept.
    var isKept: Bool { capacity > 0 }

    /// Bytes of all decisions.
    var bytes: Int { ring.count * MemoryLayout<Decision>.stride + imageBytes }

    /// Adds a decision about an image, or about none, in place of the oldest one if there are too many.
    mutating func append(_ decision: Decision, image: UnicodeString?) {
        newest += 1
        let place = place(of: newest)
        if place < ring.count { ring[place] = decision } else { ring.append(decision) }
        if newest - oldest >= UInt64(capacity) { giveUp(through: newest - UInt64(capacity)) }
        if let image, image.byteCount <= Self.longestName {
            images.append(Image(decision: newest, name: image))
            imageBytes += images[images.count - 1].bytes
        }
    }

    /// The decision with `number`, if it is kept.
    subscript(number: UInt64) -> NumberedDecision? {
        guard number >= oldest, number <= newest else { return nil }
        return NumberedDecision(number: number, decision: ring[place(of: number)], fullImageName: image(of: number))
    }

    private func place(of number: UInt64) -> Int { Int((number - base) % UInt64(capacity)) }

    /// - Complexity: O(log images).
    private func image(of number: UInt64) -> UnicodeString? {
        let index = images.partitioningIndex { $0.decision >= number }
        return index < images.count && images[index].decision == number ? images[index].name : nil
    }

    /// Changes the decision with `number`, if it is kept.
    @inline(__always)
    mutating func update(_ number: UInt64, _ change: (inout Decision) -> Void) {
        guard number >= oldest, number <= newest else { return }
        change(&ring[place(of: number)])
    }

    /// Gives up the older half, and returns its memory.
    mutating func giveUpHalf() {
        if oldest > newest { return }
        let kept = (oldest + (newest - oldest) / 2 + 1)...
        giveUp(through: kept.lowerBound - 1)
        ring = kept.prefix { $0 <= newest }.map { ring[place(of: $0)] }
        base = kept.lowerBound
        images = Deque(images)
    }

    private mutating func giveUp(through number: UInt64) {
        oldest = number + 1
        while let image = images.first, image.decision <= number {
            imageBytes -= image.bytes
            images.removeFirst()
        }
    }

    /// Advances `search` over the next decisions, at most `count`.
    ///
    /// - Complexity: O(count).
    func advance(_ search: inout DecisionSearch, by count: Int) {
        guard search.enter(oldest: oldest, newest: newest) else { return }
        var number = search.end
        for _ in 0..<count where number < newest {
            number += 1
            if search.query.matches(ring[place(of: number)]), let decision = self[number], !search.take(decision) {
                return
            }
            search.pass(number)
        }
        if number >= newest { search.finish() }
    }
}

/// A decision with its number among the decisions of its host, from 1, without gaps.
public struct NumberedDecision: Hashable, Sendable {
    /// Its number.
    public let number: UInt64
    /// The decision.
    public let decision: Decision
    /// The image that was loaded, or of the process that was created or exited; nil if the event has none, or if its name has
    /// more than 1024 bytes.
    public let fullImageName: UnicodeString?
}
