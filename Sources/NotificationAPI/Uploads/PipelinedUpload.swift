import MicroHTTPD
import Replay

/// An upload whose lines are read and applied as they arrive; it uses one of the slots for uploads.
protocol PipelinedUpload: BodyConsumer {
    var pipeline: UploadPipeline { get }
    /// Held, so that the slot is in use.
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
