import Dispatch
import Locking
import Replay

/// Reads the lines of recordings on several threads, ahead of who applies them, and hands them out in order.
///
/// Who finds none reads some itself: to sleep and be woken for each block costs more. At most a few blocks are in memory.
final class ReadAheadLines: @unchecked Sendable {  // the files are read under `turn`, all else under `state`
    /// Lines of one part, or the fault at which reading ended.
    enum Piece {
        case lines(ReadLines, of: RecordingFiles.Block)
        case fault(CommandFailure)
        case end
    }

    private struct State {
        /// By number; those that come first are taken first.
        var pieces: [Int: Piece] = [:]
        var isStopped = false
    }

    private let files: RecordingFiles
    private let options: EventFeed.Options
    private let threads: Int
    private let turn = DispatchSemaphore(value: 1)
    /// The number of the next block; nil once all was read.
    private var nextBlock: Int? = 0
    /// Begins at 0: Dispatch does not let a semaphore go that is lower than it began.
    private let room = DispatchSemaphore(value: 0)
    private let arrival = DispatchSemaphore(value: 0)
    private let state = Locked(State())
    private var nextPiece = 0
    /// Of who applies the lines.
    private let own: ReadAhead

    /// Starts `threads` readers of `files`; what they find is for a feed made with `options`.
    init(_ files: RecordingFiles, _ options: EventFeed.Options, threads: Int) {
        self.files = files
        self.options = options
        self.threads = threads
        own = ReadAhead(options)
        for _ in 0..<threads + 3 { room.signal() }
        let queue = DispatchQueue(label: "wdfilterd.read-ahead", attributes: .concurrent)
        for _ in 0..<threads { queue.async { self.work() } }
    }

    /// The next lines, in order. For one thread.
    func next() -> Piece {
        while true {
            if let piece = state.withLock({ $0.pieces.removeValue(forKey: self.nextPiece) }) {
                nextPiece += 1
                room.signal()
                return piece
            }
            if room.wait(timeout: .now()) == .timedOut || !readPiece(own) { arrival.wait() }
        }
    }

    /// Nobody takes lines any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { room.signal() }
    }

    private func work() {
        let reader = ReadAhead(options)
        repeat { room.wait() } while readPiece(reader)
    }

    /// Reads the next piece, for which there is room; false once all was read.
    private func readPiece(_ reader: ReadAhead) -> Bool {
        guard let (number, block) = read() else { return false }
        let piece: Piece =
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
    private func read() -> (Int, Result<RecordingFiles.Block?, CommandFailure>)? {
        turn.wait()
        defer { turn.signal() }
        guard let number = nextBlock, !state.withLock({ $0.isStopped }) else { return nil }
        do throws(CommandFailure) {
            let block = try files.next()
            nextBlock = block == nil ? nil : number + 1
            return (number, .success(block))
        } catch {
            nextBlock = nil
            return (number, .failure(error))
        }
    }
}
