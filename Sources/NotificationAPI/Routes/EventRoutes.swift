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
            options.machine = parameters.string("machine")
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
        return EventUpload(options, to: try context.host(), context)
    }
}

/// One upload of event lines.
private final class EventUpload: BodyConsumer {
    private let context: RequestContext
    private let host: Host
    private let feed: EventFeed
    private let started: UInt64

    init(_ options: EventFeed.Options, to host: Host, _ context: RequestContext) {
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
        feed.finish { report in
            let spent = clock.uptimeNanoseconds() &- started
            reply.send { report.write(to: &$0, durationNanoseconds: spent) }
        }
    }

    func abandon() { feed.abandon() }
}
