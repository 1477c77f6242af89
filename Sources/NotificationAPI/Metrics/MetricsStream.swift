import Locking
import MicroHTTPD

/// The body of the answer to one scrape.
final class MetricsStream: BodyProducer {
    private let text: Locked<MetricsText>

    init(_ text: MetricsText) { self.text = Locked(text) }

    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction {
        let count = text.withLock { $0.next(into: buffer) }
        return count > 0 ? .bytes(count) : .end
    }

    func close() {}
}
