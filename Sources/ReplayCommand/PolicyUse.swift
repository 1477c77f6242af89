import Driver
import Locking
import Messages

/// Which policies of a replay matched the image of a process.
final class PolicyUse: Sendable {
    private struct State {
        /// The options whose policies have matched nothing, with their patterns.
        var unused: [(pattern: String, images: [ImageNamePattern])]
        /// Images that were compared.
        var seen: Set<UnicodeString> = []
    }

    /// The largest number of images to remember; others are compared again.
    private static let limit = 10_000

    private let state: Locked<State>

    init(_ policies: [ArmedPolicy]) {
        state = Locked(State(unused: policies.map { ($0.imageFileName, $0.patterns.map(ImageNamePattern.init)) }))
    }

    /// Notes that a process with this image was created.
    func note(_ imageFileName: UnicodeString) {
        state.withLock { state in
            guard !state.unused.isEmpty, !state.seen.contains(imageFileName) else { return }
            if state.seen.count < Self.limit { state.seen.insert(imageFileName) }
            state.unused.removeAll { $0.images.contains { $0.matches(imageFileName) } }
        }
    }

    /// The patterns that matched nothing, as they were given.
    var unused: [String] { state.withLock { $0.unused.map(\.pattern) } }
}
