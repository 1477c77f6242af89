/// Sends arbitrary requests to a new service: each gets an answer that openapi.yaml promises, and at the end each
/// message is accounted for.
///
/// An input is text: requests as in `RequestScript`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let service = Service()
    for (request, isLeft) in RequestScript(UnsafeBufferPointer(start: start, count: count)).requests {
        service.send(request, isLeft: isLeft)
    }
    service.stop()
    return 0
}
