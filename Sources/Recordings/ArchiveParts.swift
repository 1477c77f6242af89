/// The members of an archive that are recordings.
final class ArchiveParts: PartSequence {
    private let archive: ArchiveFile
    /// Whether a member is taken whatever its name is: it is the only one.
    private let takesAnyName: Bool
    private(set) var passedOver: [String] = []

    /// Opens `file`.
    ///
    /// - Throws: a file that is damaged, or none of whose members can be a recording.
    init(_ file: FileRange) throws(RecordingFault) {
        takesAnyName = try ArchiveParts.hasOneMember(file)
        archive = try ArchiveFile(file)
    }

    var position: UInt64 { archive.position }

    func next() throws(RecordingFault) -> RawPart? {
        while let member = try archive.nextMember() {
            guard member.isRecording || takesAnyName else {
                if passedOver.count < RecordingReader.maxPassedOver { passedOver.append(member.name) }
                continue
            }
            if member.isEncrypted { throw RecordingFault(member.name, "is encrypted") }
            let bytes = PeekableStream(MemberStream(member, in: archive))
            bytes.peek { $0.count >= Container.headBytes }
            switch Container(head: bytes.head) {
            case .text: return RawPart(name: member.name, bytes: bytes)
            case .archive: throw RecordingFault(member.name, "is compressed once more; unpack it first")
            case .eventLog: throw EventLog.unreadable(member.name)
            }
        }
        return nil
    }

    /// Looks at names, as far as is needed: whether there is only one member, whose name tells nothing.
    private static func hasOneMember(_ file: FileRange) throws(RecordingFault) -> Bool {
        let archive = try ArchiveFile(file)
        var count = 0
        while let member = try archive.nextMember() {
            if member.isRecording { return false }
            count += 1
        }
        if count == 1 || archive.isEmpty { return true }
        let endings = ArchiveMember.endings.joined(separator: ", ")
        throw RecordingFault(file.name, "holds no recording: no name in it ends in one of \(endings)")
    }
}

/// The bytes of the member that an archive stands at.
private final class MemberStream: ByteStream {
    private let member: ArchiveMember
    private let archive: ArchiveFile
    /// Of libarchive's block, what was not read yet.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    init(_ member: ArchiveMember, in archive: ArchiveFile) {
        self.member = member
        self.archive = archive
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        if rest.isEmpty, !isAtEnd {
            let bytes = try archive.nextBytes(of: member)
            isAtEnd = bytes == nil
            rest = bytes ?? rest
        }
        let count = min(rest.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return count
    }
}
