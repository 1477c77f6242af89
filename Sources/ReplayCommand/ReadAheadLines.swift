import Console
import Dispatch
import Locking
import Replay

/// Reads the lines of recordings ahead on several threads, and returns them in order to the thread that applies them.
///
/// To be used by one thread. If no lines are ready, it reads some itself, because sleeping and waking for each block costs
/// more.
final class ReadAheadLines {
    /// Lines of one part, or the end of the reading, with what was not read.
    enum Piece {
        case lines(ReadLines, of: RecordingFiles.Block)
        /// The reading ended with a fault.
        case fault(CommandFailure, UnreadInput)
        case end(UnreadInput)
    }

    private let pieces: PieceQueue
    private let threads: Int
    private let reader: ReadAhead
    private var nextPiece = 0

    /// Starts `threads` readers of `files`, for a feed with the same options.
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

    /// Stops the readers.
    func stop() { pieces.stop(threads) }
}

/// Pieces of recordings that were read but not taken yet: at most `capacity`, including those being read.
private final class PieceQueue: Sendable {
    private struct Source {
        let files: RecordingFiles
        /// The number of the next block; nil at the end.
        var nextBlock: Int? = 0
    }

    private struct State {
        /// Pieces by number, from 0.
        var pieces: [Int: ReadAheadLines.Piece] = [:]
        var isStopped = false
    }

    /// Locked while a block is read, so that the readers take turns.
    private let source: Locked<Source>
    private let state = Locked(State())
    /// Starts at 0, because Dispatch crashes if a semaphore is released with less than its initial value.
    private let room = DispatchSemaphore(value: 0)
    private let arrival = DispatchSemaphore(value: 0)

    init(_ files: sending RecordingFiles, capacity: Int) {
        source = Locked(Source(files: files))
        for _ in 0..<capacity { room.signal() }
    }

    /// Waits until there is room for a piece, and reserves it.
    func waitForRoom() { room.wait() }

    /// Reserves room for a piece; false if there is none.
    func hasRoom() -> Bool { room.wait(timeout: .now()) == .success }

    /// Waits until a piece arrives.
    func waitForPiece() { arrival.wait() }

    /// Removes a piece by its number and frees its room; nil if it was not read yet.
    func take(_ number: Int) -> ReadAheadLines.Piece? {
        guard let piece = state.withLock({ $0.pieces.removeValue(forKey: number) }) else { return nil }
        room.signal()
        return piece
    }

    /// Wakes `waiting` readers, so that they end.
    func stop(_ waiting: Int) {
        state.withLock { $0.isStopped = true }
        for _ in 0..<waiting { room.signal() }
    }

    /// Reads the next piece, for which room was reserved; false at the end.
    func readPiece(by reader: ReadAhead) -> Bool {
        guard let (number, block, unread) = readBlock() else { return false }
        let piece: ReadAheadLines.Piece =
            switch block {
            case .success(let block?): .lines(block.bytes.withUnsafeBytes { reader.read($0) }, of: block)
            case .success(nil): .end(unread)
            case .failure(let fault): .fault(fault, unread)
            }
        state.withLock { $0.pieces[number] = piece }
        arrival.signal()
        return true
    }

    /// The next block, with its number and what was not read so far; nil at the end.
    private func readBlock() -> (Int, Result<RecordingFiles.Block?, CommandFailure>, UnreadInput)? {
        source.withLock { source in
            guard let number = source.nextBlock, !state.withLock({ $0.isStopped }) else { return nil }
            do throws(CommandFailure) {
                let block = try source.files.next()
                source.nextBlock = block == nil ? nil : number + 1
                return (number, .success(block), source.files.unread)
            } catch {
                source.nextBlock = nil
                return (number, .failure(error), source.files.unread)
            }
        }
    }
}
