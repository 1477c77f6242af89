import MicroHTTPD
import Replay

/// An upload whose lines are read and applied as they come, and that holds one of the places for uploads.
protocol PlacedUpload: BodyConsumer {
    var pipeline: UploadPipeline { get }
    /// Held, so that the upload counts as open.
    var place: UploadPlaces.Place { get }
}

extension PlacedUpload {
    func begin(_ sender: BodySender) { place.begin(sender) }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        let taken = pipeline.consume(bytes) { resume.resume() }
        place.note(taken: taken, of: bytes.count)
        return taken
    }
}
