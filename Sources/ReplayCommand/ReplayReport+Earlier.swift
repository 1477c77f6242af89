import Bytes
import Console
import JSON
import Replay

extension ReplayReport {
    /// The largest file of an earlier report, in bytes.
    private static let mostEarlierBytes = 64 << 20

    /// Reads the report that an earlier `--json` wrote to the file at `path`.
    ///
    /// - Throws: Exit code 2 if it cannot be read.
    init(earlier path: String) throws(CommandFailure) {
        func refuse(_ detail: String) -> CommandFailure {
            CommandFailure(status: .usage, message: "--compare: \(path) \(detail)")
        }
        let bytes: [UInt8]
        do throws(RegularFile.Fault) {
            bytes = try RegularFile.read(path, limit: Self.mostEarlierBytes)
        } catch {
            throw refuse(error.description)
        }
        do throws(JSONFaults) { self = try JSONDocument.read(bytes) { ReplayReport($0) } } catch {
            throw refuse("is not a report of replay --json: \(error)")
        }
    }
}
