/// The recordings in an archive.
final class ArchiveParts: PartSequence {
    private let archive: ArchiveFile
    /// Whether the name of a member does not matter, because it is the only one.
    private let takesAnyName: Bool
    private(set) var skipped: [String] = []

    /// Opens `file`.
    ///
    /// - Throws: If the file is damaged or contains no recording.
    init(_ file: FileRange) throws(RecordingFault) {
        takesAnyName = try ArchiveParts.hasOneMember(file)
        archive = try ArchiveFile(file)
    }

    var position: UInt64 { archive.position }

    func next() throws(RecordingFault) -> RawPart? {
        while let member = try archive.nextMember() {
            guard member.isRecording || takesAnyName else {
                if skipped.count < RecordingReader.maxSkipped { skipped.append(member.name) }
                continue
            }
            if member.isEncrypted { throw RecordingFault(member.name, "is encrypted") }
            let bytes = PeekableStream(MemberStream(member, in: archive))
            bytes.peek { $0.count >= Container.headBytes }
            switch Container(head: bytes.head) {
            case .text: return RawPart(name: member.name, bytes: bytes)
            case .archive where archive.isUnrecognized:
                throw RecordingFault(
                    member.name, "is damaged: it begins like a compressed file, but cannot be unpacked")
            case .archive: throw RecordingFault(member.name, "is itself compressed; unpack it first")
            case .eventLog: throw EventLog.unreadable(member.name)
            }
        }
        return nil
    }

    /// Whether there is only one member, and its name is not that of a recording. Reads no more names than needed.
    private static func hasOneMember(_ file: FileRange) throws(RecordingFault) -> Bool {
        let archive = try ArchiveFile(file)
        var count = 0
        while let member = try archive.nextMember() {
            if member.isRecording { return false }
            count += 1
        }
        if count == 1 || archive.isEmpty { return true }
        let endings = ArchiveMember.endings.joined(separator: ", ")
        throw RecordingFault(file.name, "contains no recording: no name in it ends in one of \(endings)")
    }
}

/// The bytes of the current member of an archive.
private final class MemberStream: ByteStream {
    private let member: ArchiveMember
    private let archive: ArchiveFile
    /// The unread part of libarchive's block.
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
