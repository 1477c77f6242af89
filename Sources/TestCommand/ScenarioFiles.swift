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
            let bytes: [UInt8]
            switch try Self.read(name) {
            case .success(let content): bytes = content
            case .failure(let fault):
                faults.append(RunReport.FileFault(file: name, line: nil, path: "", detail: fault.description))
                continue
            }
            let file = ScenarioFile(name: name, bytes: bytes, options: options)
            cases += file.cases
            variables.formUnion(file.variables)
            faults += file.faults.map {
                RunReport.FileFault(file: name, line: $0.line, path: $0.path, detail: $0.detail)
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

    /// The content of a file, or the fault of one that cannot be read.
    ///
    /// - Throws: Exit code 3 if standard input cannot be read.
    private static func read(_ name: String) throws(CommandFailure) -> Result<[UInt8], RegularFile.Fault> {
        if name == "-" { return .success(try StandardInput.read(limit: SourceText.mostBytes + 1)) }
        return Result { () throws(RegularFile.Fault) in try RegularFile.read(name, limit: SourceText.mostBytes) }
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
    ///
    /// - Throws: Exit code 3 if they cannot be read: a part of a file must not be taken for all of it.
    static func read(limit: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = buffer.withUnsafeMutableBytes { DescriptorIO.read(STDIN_FILENO, into: $0) }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                throw CommandFailure(status: .failed, message: "cannot read standard input: \(reason)")
            }
            if count == 0 { break }
            bytes += buffer[..<min(count, limit - bytes.count)]
        }
        return bytes
    }
}
