public import Messages

/// What happened to the queue at a moment of the host's clock.
public struct QueueMoment: Equatable, Sendable {
    /// The number of messages in a list.
    public struct Level: Equatable, Sendable {
        /// At the end of the moment.
        public private(set) var last: Int
        /// At most.
        public private(set) var most: Int

        /// A list that had `count` messages all the time.
        public init(_ count: Int) { (last, most) = (count, count) }

        /// Adds what happened later.
        public mutating func append(_ later: Level) {
            last = later.last
            most = max(most, later.most)
        }
    }

    /// The time, on the host's clock.
    public let time: FileTime
    /// HighPriorityNotificationsList.
    public private(set) var highPriority: Level
    /// NotificationsList.
    public private(set) var normal: Level
    /// The most messages in both lists.
    public private(set) var most: Int
    /// The recorded time of the last event that added a message; `FileTime.none` if none was added, or its event has no such time.
    public private(set) var event: FileTime

    /// A moment at which nothing else happened.
    public init(highPriority: Int, normal: Int, at time: FileTime, after event: FileTime? = nil) {
        self.time = time
        self.highPriority = Level(highPriority)
        self.normal = Level(normal)
        most = highPriority + normal
        self.event = event ?? .none
    }

    /// Adds what happened later at the same time.
    mutating func append(_ later: QueueMoment) {
        highPriority.append(later.highPriority)
        normal.append(later.normal)
        most = max(most, later.most)
        event = max(event, later.event)
    }
}

/// The moments of the queue that the observers have not been notified of.
///
/// They wait for the next message that ends, so that most messages cost no notification more.
struct ObservedQueue: Sendable {
    /// The largest number of moments that wait.
    private static let mostMoments = 64

    /// All but the last one.
    private var moments: [QueueMoment] = []
    private var last: QueueMoment?
    /// Whether the observers are to be notified now.
    var isDue = false

    /// Notes a change.
    mutating func note(highPriority: Int, normal: Int, at time: FileTime, after event: FileTime?) {
        let moment = QueueMoment(highPriority: highPriority, normal: normal, at: time, after: event)
        if last?.time == time {
            last?.append(moment)
        } else {
            if let last { moments.append(last) }
            last = moment
            isDue = moments.count >= Self.mostMoments
        }
    }

    /// The moment, if there is exactly one.
    var onlyMoment: QueueMoment? { moments.isEmpty ? last : nil }

    /// Notifies `observer` of all moments.
    func notify(_ observer: any DeliveryObserver) {
        for moment in moments { observer.queueChanged(moment) }
        if let last { observer.queueChanged(last) }
    }
}
