import MicroHTTPD
import Replay

/// An upload whose lines are parsed and applied as they arrive. It holds one of the upload slots.
protocol PipelinedUpload: BodyConsumer {
    var pipeline: UploadPipeline { get }
    /// Held, so that the slot stays in use.
    var slot: UploadSlots.Slot { get }
}

extension PipelinedUpload {
    func begin(_ sender: BodySender) { slot.begin(sender) }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        let consumed = pipeline.consume(bytes) { resume.resume() }
        slot.record(consumed: consumed, of: bytes.count)
        return consumed
    }
}
