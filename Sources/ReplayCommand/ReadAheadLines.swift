import Console
import Dispatch
import Locking
import Replay

/// Reads the lines of recordings on several threads, ahead of the thread that applies them, and hands them out in order.
///
/// For that one thread. If no lines are ready, it reads some itself, because sleeping and waking for each block costs more.
final class ReadAheadLines {
    /// Lines of one part, or the fault at which reading ended.
    enum Piece {
        case lines(ReadLines, of: RecordingFiles.Block)
        case fault(CommandFailure)
        case end
    }

    private let pieces: PieceQueue
    private let threads: Int
    private let reader: ReadAhead
    private var nextPiece = 0

    /// Starts `threads` readers of `files`. Their lines are for a feed with the same options.
    init(_ files: sending RecordingFiles, _ options: EventFeed.Options, threads: Int) {
        let pieces = PieceQueue(files, capacity: threads + 3)
        self.pieces = pieces
        self.threads = threads
        reader = ReadAhead(options)
        let queue = DispatchQueue(label: "wdfilterd.read-ahead", attributes: .concurrent)
        for _ in 0..<threads {
            queue.async {
                let reader = ReadAhead(options)
                repeat { pieces.waitForRoom() } while pieces.readPiece(by: reader)
            }
        }
    }

    /// The next lines, in order.
    func next() -> Piece {
        while true {
            if let piece = pieces.take(nextPiece) {
                nextPiece += 1
                return piece
            }
            if !pieces.hasRoom() || !pieces.readPiece(by: reader) { pieces.waitForPiece() }
        }
    }

    /// Ends the readers.
    func stop() { pieces.stop(threads) }
}

/// The pieces of recordings that were read and not taken yet: at most `capacity`, and those that are being read.
private final class PieceQueue: Sendable {
    private struct Source {
        let files: RecordingFiles
        /// The number of the next block; nil once all was read.
        var nextBlock: Int? = 0
    }

    private struct State {
        /// By number, from 0.
        var pieces: [Int: ReadAheadLines.Piece] = [:]
        var isStopped = false
    }

    /// Held while a block is read: the readers take turns.
    private let source: Locked<Source>
    private let state = Locked(State())
    /// It starts at 0, because Dispatch does not allow a semaphore to be released below its first value.
    private let room = DispatchSemaphore(value: 0)
    private let arrival = DispatchSemaphore(value: 0)

    init(_ files: sending RecordingFiles, capacity: Int) {
        source = Locked(Source(files: files))
        for _ in 0..<capacity { room.signal() }
    }

    /// Reserves room for a piece, and waits until there is some.
    func waitForRoom() { room.wait() }

    /// Reserves room for a piece; false if there is none.
    func hasRoom() -> Bool { room.wait(timeout: .now()) == .success }

    /// Waits until a piece arrives.
    func waitForPiece() { arrival.wait() }

    /// Takes a piece by its number, and gives its room back; nil if it is not there yet.
    func take(_ number: Int) -> ReadAheadLines.Piece? {
        guard let piece = state.withLock({ $0.pieces.removeValue(forKey: number) }) else { return nil }
        room.signal()
        return piece
    }

    /// Wakes `waiting` readers, which then end.
    func stop(_ waiting: Int) {
        state.withLock { $0.isStopped = true }
        for _ in 0..<waiting { room.signal() }
    }

    /// Reads the next piece into room that is reserved; false once all was read.
    func readPiece(by reader: ReadAhead) -> Bool {
        guard let (number, block) = readBlock() else { return false }
        let piece: ReadAheadLines.Piece =
            switch block {
            case .success(let block?): .lines(block.bytes.withUnsafeBytes { reader.read($0) }, of: block)
            case .success(nil): .end
            case .failure(let fault): .fault(fault)
            }
        state.withLock { $0.pieces[number] = piece }
        arrival.signal()
        return true
    }

    /// The next block, with its number; nil once all was read.
    private func readBlock() -> (Int, Result<RecordingFiles.Block?, CommandFailure>)? {
        source.withLock { source in
            guard let number = source.nextBlock, !state.withLock({ $0.isStopped }) else { return nil }
            do throws(CommandFailure) {
                let block = try source.files.next()
                source.nextBlock = block == nil ? nil : number + 1
                return (number, .success(block))
            } catch {
                source.nextBlock = nil
                return (number, .failure(error))
            }
        }
    }
}
