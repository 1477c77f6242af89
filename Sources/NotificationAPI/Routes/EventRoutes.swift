import Driver
import JSON
import Messages
import MicroHTTPD
import Replay
import Runtime

/// Events in bulk.
enum EventRoutes {
    static let routes: [Route] = [
        .upload("/v1/hosts/{host}/events", "postEvents", of: .ndjson, post)
    ]

    private enum OnFull: String, CaseIterable {
        case drop, wait
    }

    private static func post(_ context: RequestContext) throws(Problem) -> any BodyConsumer {
        let options = try context.read { parameters in
            var options = EventFeed.Options()
            options.format = parameters.choice("format", of: EventFeed.Options.Format.self) ?? .native
            options.machine = parameters.string("machine", maxLength: 255)
            options.waitsWhenFull = parameters.choice("onFull", of: OnFull.self) == .wait
            options.stopsOnError = parameters.bool("stopOnError") ?? false
            let initialThreads = parameters.bool("initialThreads")
            options.createsInitialThreads = initialThreads ?? false
            if options.format == .native {
                if options.machine != nil { parameters.fault("machine", "is for format=sysmon") }
                if initialThreads != nil { parameters.fault("initialThreads", "is for format=sysmon") }
            }
            return options
        }
        let host = try context.host()
        guard let place = context.api.uploadPlaces.take() else {
            throw Problem(
                .limitReached, "There are \(context.api.uploadPlaces.limit) uploads, as many as there may be at a time."
            )
        }
        return EventUpload(options, to: host, in: place, context)
    }
}

/// One upload of event lines.
private final class EventUpload: BodyConsumer {
    private let context: RequestContext
    private let host: Host
    private let feed: EventFeed
    private let started: UInt64
    /// Held, so that the upload counts as open.
    private let place: Places.Place

    init(_ options: EventFeed.Options, to host: Host, in place: Places.Place, _ context: RequestContext) {
        self.place = place
        self.context = context
        self.host = host
        feed = EventFeed(driver: host.driver, options: options) { host.clock.advance(toEvent: $0) }
        started = host.clock.uptimeNanoseconds()
    }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        feed.consume(bytes) { resume.resume() }
    }

    func finish(_ responder: Responder) {
        let reply = context.reply(to: responder)
        let clock = host.clock
        let started = started
        feed.finish { [place] report in
            defer { withExtendedLifetime(place) {} }
            let spent = clock.uptimeNanoseconds() &- started
            reply.send { report.total.write(to: &$0, durationNanoseconds: spent) }
        }
    }

    func abandon() { feed.abandon() }
}
