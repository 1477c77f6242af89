import Bytes
import RecordText

/// The recordings in an archive, told from its other members by their content.
final class ArchiveParts: PartSequence {
    private let archive: ArchiveFile
    private let environment: RecordingEnvironment
    /// Whether event logs have no content, because only the order of the parts is surveyed.
    private let isSurvey: Bool
    private(set) var unread = UnreadParts()
    private var hasBegun = false
    /// The program for event logs, searched for with the first one.
    private lazy var search = EventLogProgram.search(environment.searchPath)

    /// Opens `file`.
    ///
    /// - Throws: If the file is damaged.
    init(_ file: FileRange, _ environment: RecordingEnvironment, isSurvey: Bool = false) throws(RecordingFault) {
        archive = try ArchiveFile(file, isSurvey: isSurvey)
        self.environment = environment
        self.isSurvey = isSurvey
    }

    var position: UInt64 { archive.position }

    func next() throws(RecordingFault) -> RawPart? {
        defer { hasBegun = true }
        do throws(RecordingFault) { return try nextRecording() } catch {
            // libarchive reads a small file to its end before it says what it is.
            guard !hasBegun, let remains = archive.remains(upTo: error) else { throw error }
            return remains
        }
    }

    private func nextRecording() throws(RecordingFault) -> RawPart? {
        while let member = try archive.nextMember() {
            if member.isEncrypted {
                skip(member, "is encrypted")
                continue
            }
            let bytes = PeekableStream(MemberStream(member, in: archive))
            bytes.peek { $0.count >= Container.headBytes }
            switch Container(head: bytes.head) {
            case .text:
                if let part = text(of: member, bytes) { return part }
            case .archive where archive.isUnrecognized:
                throw RecordingFault(
                    member.name, "is damaged: it begins like a compressed file, but cannot be unpacked")
            case .archive: skip(member, "is itself compressed; unpack it first")
            case .eventLog:
                if let part = try lines(of: member, bytes) { return part }
            }
        }
        return nil
    }

    /// The text of a member, unless it is certainly not a recording. The content of a compressed file always is a part.
    private func text(of member: ArchiveMember, _ bytes: PeekableStream) -> RawPart? {
        guard !member.isOnly else { return RawPart(name: member.name, bytes: bytes) }
        bytes.peek { $0.count >= ForeignContent.headBytes }
        // Its fault comes after the bytes before it.
        if bytes.isDamaged { return RawPart(name: member.name, bytes: bytes) }
        if bytes.head.isEmpty { return nil }
        if let look = ForeignContent.description(of: bytes.head) {
            skip(member, "looks like \(look)")
            return nil
        }
        return RawPart(name: member.name, bytes: bytes)
    }

    /// The lines of an event log, which is unpacked to a temporary file for the program that reads it.
    private func lines(of member: ArchiveMember, _ bytes: PeekableStream) throws(RecordingFault) -> RawPart? {
        let program: EventLogProgram
        switch search {
        case .found(let found): program = found
        case .none(let reason):
            skip(member, reason, isEventLog: true)
            return nil
        }
        // It is written oldest first, so the program need not run twice.
        if isSurvey { return RawPart(name: member.name, bytes: PeekableStream(EmptyStream())) }
        let spool = try SpoolFile(in: environment.temporaryFolder, for: member.name, content: bytes)
        let log = EventLog(spool: spool, name: member.name, program: program)
        return RawPart(name: member.name, bytes: PeekableStream(try log.open()))
    }

    private func skip(_ member: ArchiveMember, _ reason: String, isEventLog: Bool = false) {
        unread.add(UnreadPart(name: member.name, reason: reason, isEventLog: isEventLog))
    }
}

/// No bytes.
private final class EmptyStream: ByteStream {
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { 0 }
}

/// The bytes of the current member of an archive.
private final class MemberStream: ByteStream {
    private let member: ArchiveMember
    private let archive: ArchiveFile
    /// The unread part of libarchive's block.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false
    /// The number of bytes returned.
    private var count = 0
    /// What can be unpacked behind the last block of libarchive, if the file is damaged.
    private var tail: (any ByteStream)?

    init(_ member: ArchiveMember, in archive: ArchiveFile) {
        self.member = member
        self.archive = archive
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        if let tail { return try tail.read(into: buffer) }
        if rest.isEmpty, !isAtEnd {
            do throws(RecordingFault) {
                let bytes = try archive.nextBytes(of: member)
                isAtEnd = bytes == nil
                rest = bytes ?? rest
            } catch {
                guard let tail = archive.tail(from: count, upTo: error) else { throw error }
                self.tail = tail
                return try tail.read(into: buffer)
            }
        }
        let count = min(rest.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        self.count += count
        return count
    }
}
