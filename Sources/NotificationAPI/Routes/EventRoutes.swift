import Driver
import JSON
import Messages
import MicroHTTPD
import Replay
import Runtime

/// Uploads of events to one host.
enum EventRoutes {
    static let routes: [Route] = [
        .upload("/v1/hosts/{host}/events", "postEvents", post)
    ]

    private static func post(_ context: RequestContext) throws(Problem) -> any BodyConsumer {
        let (parsed, isStrict, drains) = try context.parameters { parameters in
            let isStrict = parameters.bool("strict") ?? false
            let drains = parameters.bool("drain") ?? false
            let format = parameters.choice("format", of: EventFeed.Options.Format.self) ?? .native
            switch format {
            case .native: return (EventFeed.Options(native: &parameters), isStrict, drains)
            case .sysmon: return (EventFeed.Options(sysmon: &parameters), isStrict, drains)
            }
        }
        var options = parsed
        if options.format == .native, let problem = Problem(mediaTypeOfNativeLines: context.head) { throw problem }
        options.drainsQueue = drains
        options.onDeprecated = context.api.deprecations.recordUse
        let host = try context.host()
        let slot = try context.api.acquireUploadSlot(context)
        if isStrict { return try StrictUpload(options, to: host, in: slot, context) }
        return EventUpload(options, to: host, in: slot, context)
    }
}

extension EventFeed.Options {
    private enum IncludedLog: String, CaseIterable {
        case security
    }

    private enum OnFull: String, CaseIterable {
        case drop, wait
    }

    fileprivate init(native parameters: inout ParameterReader) {
        self.init(.native, &parameters)
        // Without effect on native lines; generated clients send all parameters that have a default.
        _ = (
            parameters.string("machine", maxLength: 255), parameters.bool("initialThreads"),
            parameters.choice("include", of: IncludedLog.self)
        )
    }

    init(sysmon parameters: inout ParameterReader) {
        self.init(.sysmon, &parameters)
        machine = parameters.string("machine", maxLength: 255)
        createsInitialThreads = parameters.bool("initialThreads") ?? false
        includesSecurity = parameters.choice("include", of: IncludedLog.self) == .security
    }

    private init(_ format: Format, _ parameters: inout ParameterReader) {
        self.init(format: format)
        waitsWhenFull = parameters.choice("onFull", of: OnFull.self) == .wait
        stopsOnError = parameters.bool("stopOnError") ?? false
    }
}

extension NotificationAPI {
    /// A slot for one more upload, taken from a slow one if all are in use.
    func acquireUploadSlot(_ context: RequestContext) throws(Problem) -> UploadSlots.Slot {
        if let slot = uploadSlots.acquire(for: context.head.remoteAddress) { return slot }
        throw Problem(
            .limitReached,
            "The limit of \(uploadSlots.limit) concurrent uploads is reached. Wait until one ends, or raise limits.uploads."
        )
    }
}

/// One upload of event lines.
private final class EventUpload: PipelinedUpload {
    private let context: RequestContext
    private let host: Host
    let pipeline: UploadPipeline
    private let started: UInt64
    let slot: UploadSlots.Slot

    init(_ options: EventFeed.Options, to host: Host, in slot: UploadSlots.Slot, _ context: RequestContext) {
        self.slot = slot
        self.context = context
        self.host = host
        let target = host.eventTarget(caller: context.callerTag, isFromAdmin: context.isFromAdmin)
        pipeline = UploadPipeline(options, slices: context.api.dependencies.slices) { _ in target }
        started = host.clock.uptimeNanoseconds()
    }

    func finish(_ responder: Responder) {
        slot.finish()
        let reply = context.reply(to: responder)
        let clock = host.clock
        let started = started
        pipeline.finish { [slot, pipeline] report in
            let spent = clock.uptimeNanoseconds() &- started
            slot.release()
            if let problem = Problem(pipeline.container) { return reply.send(problem) }
            reply.send { report.total.write(to: &$0, durationNanoseconds: spent) }
        }
    }

    func abandon() { pipeline.abandon() }
}
