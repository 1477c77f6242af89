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

    private static func post(_ context: RequestContext) throws(Problem) -> any BodyConsumer {
        let options = try context.parameters { parameters in
            let format = parameters.choice("format", of: EventFeed.Options.Format.self) ?? .native
            switch format {
            case .native: return EventFeed.Options(native: &parameters)
            case .sysmon: return EventFeed.Options(sysmon: &parameters)
            }
        }
        return EventUpload(options, to: try context.host(), in: try context.api.takeUploadPlace(context), context)
    }
}

extension EventFeed.Options {
    private enum OnFull: String, CaseIterable {
        case drop, wait
    }

    fileprivate init(native parameters: inout ParameterReader) {
        self.init(.native, &parameters)
        if parameters.string("machine") != nil { parameters.fault("machine", "is for format=sysmon") }
        if parameters.bool("initialThreads") != nil { parameters.fault("initialThreads", "is for format=sysmon") }
    }

    init(sysmon parameters: inout ParameterReader) {
        self.init(.sysmon, &parameters)
        machine = parameters.string("machine", maxLength: 255)
        createsInitialThreads = parameters.bool("initialThreads") ?? false
    }

    private init(_ format: Format, _ parameters: inout ParameterReader) {
        self.init(format: format)
        waitsWhenFull = parameters.choice("onFull", of: OnFull.self) == .wait
        stopsOnError = parameters.bool("stopOnError") ?? false
    }
}

extension NotificationAPI {
    /// A place for one more upload, if need be that of a slow one.
    func takeUploadPlace(_ context: RequestContext) throws(Problem) -> UploadPlaces.Place {
        if let place = uploadPlaces.take(for: context.head.remoteAddress) { return place }
        throw Problem(
            .limitReached, "There are \(uploadPlaces.limit) uploads, as many as there may be at a time.")
    }
}

/// One upload of event lines.
private final class EventUpload: PlacedUpload {
    private let context: RequestContext
    private let host: Host
    let pipeline: UploadPipeline
    private let started: UInt64
    let place: UploadPlaces.Place

    init(_ options: EventFeed.Options, to host: Host, in place: UploadPlaces.Place, _ context: RequestContext) {
        self.place = place
        self.context = context
        self.host = host
        let target = host.eventTarget
        pipeline = UploadPipeline(options, slices: context.api.machinery.slices) { _ in target }
        started = host.clock.uptimeNanoseconds()
    }

    func finish(_ responder: Responder) {
        place.end()
        let reply = context.reply(to: responder)
        let clock = host.clock
        let started = started
        pipeline.finish { [place] report in
            let spent = clock.uptimeNanoseconds() &- started
            place.leave()
            reply.send { report.total.write(to: &$0, durationNanoseconds: spent) }
        }
    }

    func abandon() { pipeline.abandon() }
}
