import ArgumentParser
import Bytes
import Console
import Locking
import Scenarios

/// Whether golden files are written.
enum UpdateChoice: ExpressibleByArgument {
    /// Unless this is a pipeline.
    case outsidePipelines
    /// In any case.
    case always

    /// Only `force` is a value: `--update` alone is the other one.
    init?(argument: String) {
        guard argument == "force" else { return nil }
        self = .always
    }

    static var allValueStrings: [String] { ["force"] }
}

extension UpdateChoice: CustomStringConvertible {
    /// As help says it.
    var description: String { self == .always ? "force" : "unless CI is set" }
}

/// The golden files of a run. Those that are being updated are collected, and written at the end.
final class GoldenFileStore: GoldenFiles {
    /// What a case found.
    private struct Found {
        let file: String
        let lines: [String]
        let title: String
        /// A case that found something else.
        var other: String?
    }

    private let isUpdating: Bool
    private let found = Locked<[String: Found]>([:])

    /// The most lines that are compared: the comparison takes the product of their differences.
    private static let mostCompared = 4000
    /// The most bytes of a golden file.
    private static let mostBytes = 256 << 20

    /// Files that are read, or, if `isUpdating`, written.
    init(isUpdating: Bool) { self.isUpdating = isUpdating }

    func lines(of file: GoldenFile) throws(HostFault) -> [String]? {
        do throws(RegularFile.Fault) { return try Self.lines(at: file.path) } catch {
            throw HostFault("\(file.file) \(error)")
        }
    }

    func update(_ file: GoldenFile, to lines: [String], by title: String) -> Bool {
        guard isUpdating else { return false }
        found.withLock { found in
            if found[file.path] == nil {
                found[file.path] = Found(file: file.file, lines: lines, title: title)
            } else if let first = found[file.path], first.lines != lines {
                // Of several the first by name, so that two runs say the same.
                let titles = [first.title, first.other, title].compactMap(\.self).sorted()
                found[file.path] = Found(file: file.file, lines: first.lines, title: titles[0], other: titles[1])
            }
        }
        return true
    }

    /// Writes the files that changed, and says what changed, a line a file. `named` are those that the cases name.
    ///
    /// - Throws: Exit code 2 if two cases disagree, 3 if a file cannot be written.
    func write(named: [GoldenFile]) throws(CommandFailure) -> [String] {
        let found = found.withLock { $0 }.sorted { $0.key < $1.key }
        for (_, file) in found {
            guard let other = file.other else { continue }
            throw CommandFailure(
                status: .usage,
                message: "nothing is updated: \(file.title.quoted()) and \(other.quoted()) find different lines for "
                    + file.file)
        }
        var changes: [String] = []
        for (path, file) in found {
            let old: [String]?
            do throws(RegularFile.Fault) { old = try Self.lines(at: path) } catch {
                throw CommandFailure(status: .failed, message: "\(file.file) \(error)")
            }
            if old == file.lines { continue }
            try ReportFile(path).write(Array(file.lines.map { $0 + "\n" }.joined().utf8))
            changes.append(Self.change(of: path, from: old, to: file.lines))
        }
        let known = Set(found.map(\.key))
        var seen: Set<String> = []
        for file in named where !known.contains(file.path) && seen.insert(file.path).inserted {
            changes.append("not updated \(file.path.escapingInvisible): no case compared it")
        }
        let unchanged = found.count - changes.count { !$0.hasPrefix("not ") }
        changes.append("\(unchanged.counted("golden file")) unchanged")
        return changes
    }

    /// What changed in a file; of one with many different lines only how many lines it has now.
    private static func change(of path: String, from old: [String]?, to new: [String]) -> String {
        let path = path.escapingInvisible
        guard let old else { return "created \(path): \(new.count.counted("line"))" }
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        let (removed, inserted) = (old.dropFirst(start).dropLast(end), new.dropFirst(start).dropLast(end))
        guard max(removed.count, inserted.count) <= mostCompared else {
            return "updated \(path): \(new.count.counted("line"))"
        }
        let difference = inserted.difference(from: removed)
        return "updated \(path): \(difference.insertions.count.counted("line")) added, "
            + "\(difference.removals.count) removed"
    }

    private static func lines(at path: String) throws(RegularFile.Fault) -> [String]? {
        guard RecordedFile.exists(path) else { return nil }
        let bytes: [UInt8]
        do throws(RegularFile.Fault) { bytes = try RegularFile.read(path, limit: mostBytes) } catch {
            // An empty file has no lines, like one of /proc.
            if case .withoutSize = error { return [] }
            throw error
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}
