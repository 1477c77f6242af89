import Bytes
import Console
import Glibc
import ScenarioFile
import Scenarios

/// The scenario files of a run: their cases and their faults.
struct ScenarioFiles {
    /// The files.
    let names: [String]
    /// The folders that were searched.
    let folders: [String]
    /// The cases of the files without a fault, by file, line and row.
    let cases: [CasePlan]
    /// The faults of all files.
    let faults: [RunReport.FileFault]

    /// Reads the files at `paths`, and those below them.
    init(_ paths: [String], options: ScenarioFile.Options) throws(CommandFailure) {
        var names: [String] = []
        var folders: [String] = []
        var faults: [RunReport.FileFault] = []
        var seen: Set<String> = []
        for path in paths {
            names += Self.files(at: path, &folders, &faults).map(Self.harmless).filter { name in
                seen.insert(name.resolvedPath ?? name).inserted
            }
        }
        self.names = names
        self.folders = folders
        var cases: [CasePlan] = []
        var variables: Set<String> = []
        for name in names {
            do throws(RegularFile.Fault) {
                let file = ScenarioFile(name: name, bytes: try Self.bytes(of: name), options: options)
                cases += file.cases
                variables.formUnion(file.variables)
                faults += file.faults.map {
                    RunReport.FileFault(file: name, line: $0.line, path: $0.path, detail: $0.detail)
                }
            } catch {
                faults.append(RunReport.FileFault(file: name, line: nil, path: "", detail: error.description))
            }
        }
        self.cases = cases
        self.faults = faults
        for name in options.variables.keys.sorted() where !variables.contains(name) {
            throw CommandFailure(
                status: .usage,
                message: "--set: no scenario has the variable \(name.quoted())"
                    + variables.sorted().hintOrList(for: name))
        }
    }

    /// `name` so that a line that begins with it cannot be taken for a command of a pipeline (`::error`, `##[error]`).
    private static func harmless(_ name: String) -> String {
        name.first == ":" || name.first == "#" ? "./" + name : name
    }

    /// The files that decide how the cases end, and the wrong ones.
    var watched: [String] { cases.flatMap(\.paths) + faults.map(\.file) }

    private static func bytes(of name: String) throws(RegularFile.Fault) -> [UInt8] {
        name == "-"
            ? StandardInput.read(limit: SourceText.mostBytes + 1)
            : try RegularFile.read(name, limit: SourceText.mostBytes)
    }

    /// The file at `path`, or the scenario files below it, without following links.
    private static func files(
        at path: String, _ searched: inout [String], _ faults: inout [RunReport.FileFault]
    ) -> [String] {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        var found: [String] = []
        var folders = [path.hasSuffix("/") ? String(path.dropLast()) : path]
        while let folder = folders.popLast() {
            searched.append(folder)
            guard let stream = opendir(folder.isEmpty ? "/" : folder) else {
                let detail = "cannot be read: \(String(cString: strerror(errno)))"
                faults.append(RunReport.FileFault(file: folder, line: nil, path: "", detail: detail))
                continue
            }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                let path = folder + "/" + name
                var status = stat()
                guard lstat(path, &status) == 0 else {
                    // It is gone, unless the name was not read as it is.
                    if name.contains("\u{FFFD}") {
                        faults.append(.init(file: path, line: nil, path: "", detail: "the name is not UTF-8"))
                    }
                    continue
                }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: folders.append(path)
                case S_IFREG where isScenario(name): found.append(path)
                default: break
                }
            }
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func isScenario(_ name: String) -> Bool {
        [".scenario.yaml", ".scenario.yml", ".scenario.json"].contains { name.hasSuffix($0) }
    }
}

/// Standard input as a whole.
enum StandardInput {
    /// The first `limit` bytes.
    static func read(limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, Glibc.read(STDIN_FILENO, buffer.baseAddress, min(buffer.count, limit - bytes.count)))
            }
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }
}
