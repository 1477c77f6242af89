import Bytes
import Glibc

/// A temporary file without a name, for what has to be read backwards but comes forwards. It goes with its descriptor.
struct SpoolFile {
    private let file: Descriptor
    private let name: String
    private let folder: String
    private var count = 0

    /// Makes a file in `folder` for the recording called `name`.
    init(in folder: String, for name: String) throws(RecordingFault) {
        let path = "\(folder)/wdfilterd-" + UInt64.random(in: 0...UInt64.max).hexDigits()
        let number = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw RecordingFault(name, "no temporary file in \(folder)", errno: errno) }
        unlink(path)
        file = Descriptor(owning: number)
        self.name = name
        self.folder = folder
    }

    /// Where all of it lies.
    var range: FileRange { FileRange(file: file, name: name, bounds: 0..<count) }

    /// Appends `bytes`.
    mutating func append(_ bytes: [UInt8]) throws(RecordingFault) {
        guard file.write(bytes) else {
            throw RecordingFault(name, "the temporary file in \(folder) cannot be written", errno: errno)
        }
        count += bytes.count
    }

    /// Appends all of `stream`.
    mutating func append(_ stream: any ByteStream) throws(RecordingFault) {
        while case let piece = try [UInt8](unsafeCapacity: 1 << 18, fill: stream.read), !piece.isEmpty {
            try append(piece)
        }
    }
}
