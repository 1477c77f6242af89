import Bytes
import Glibc

/// An unnamed temporary file for a stream that must be read backwards. It is deleted when its descriptor is closed.
struct SpoolFile {
    private let file: Descriptor
    private let name: String
    private let folder: String
    private var count = 0

    /// Creates a file in `folder` for the recording named `name`.
    init(in folder: String, for name: String) throws(RecordingFault) {
        let path = "\(folder)/wdfilterd-" + UInt64.random(in: 0...UInt64.max).hexDigits()
        let number = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw RecordingFault(name, "cannot create a temporary file in \(folder)", errno: errno)
        }
        unlink(path)
        file = Descriptor(owning: number)
        self.name = name
        self.folder = folder
    }

    /// Creates a file that has `content`.
    init(in folder: String, for name: String, content: any ByteStream) throws(RecordingFault) {
        try self.init(in: folder, for: name)
        try append(content)
    }

    /// The range of the whole file.
    var range: FileRange { FileRange(file: file, name: name, bounds: 0..<count) }

    /// A path by which other programs can open it, as long as this process has it open.
    var path: String { "/proc/\(getpid())/fd/\(file.number)" }

    /// Appends `bytes`.
    mutating func append(_ bytes: [UInt8]) throws(RecordingFault) {
        guard file.write(bytes) else {
            throw RecordingFault(name, "cannot write the temporary file in \(folder)", errno: errno)
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
