import FuzzFinding
import MicroHTTPD

/// Any requests to a service of their own: each gets one answer, as openapi.yaml promises it, and at the end each message
/// is accounted for.
///
/// An input is text: requests as in `RequestScript`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let service = Service()
    for request in RequestScript(UnsafeBufferPointer(start: start, count: count)).requests {
        switch service.send(request) {
        case .refused(let response): AnswerCheck(response, to: request, nil).run()
        case .answered(let response): AnswerCheck(response, to: request, Contract.shared).run()
        case .waiting:
            expect(request.target.contains("/events?"), "\(request) gets no answer")
            service.hangUp()
        case .incomplete: break
        }
    }
    service.stop()
    return 0
}
