import CDashboard
import Glibc
import MicroHTTPD

/// A file of the page, compiled in.
struct PageFile: Sendable {
    let name: String
    let mediaType: MediaType
    let content: ConstantBytes
    let tag: EntityTag

    /// All files. Their tags are computed on the first use.
    static let all: [PageFile] = UnsafeBufferPointer(start: dashboard_files(), count: dashboard_file_count()).map {
        PageFile($0)
    }

    private init(_ file: dashboard_file) {
        let text = UnsafeRawPointer(file.text).assumingMemoryBound(to: UInt8.self)
        name = String(cString: file.name)
        mediaType = MediaType(rawValue: String(cString: file.media_type)) ?? .octetStream
        content = ConstantBytes(of: UnsafeBufferPointer(start: text, count: strlen(file.text)))
        tag = EntityTag(of: content.bytes)
    }

    /// The file called `name`; nil if there is none.
    static func named(_ name: String) -> PageFile? { all.first { $0.name == name } }
}

extension NotificationAPI {
    /// The files of the page: name, media type and bytes.
    public static var pageFiles: [(name: String, mediaType: String, bytes: [UInt8])] {
        PageFile.all.map { ($0.name, $0.mediaType.rawValue, Array($0.content.bytes)) }
    }
}
