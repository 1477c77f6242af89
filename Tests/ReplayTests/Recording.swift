import Glibc
import JSON
import Testing

/// A recorded data set, and the result of an independent analysis. The files are not in the repository.
struct Recording: CustomTestStringConvertible, Sendable {
    let name: String
    /// The newest record comes first.
    var isNewestFirst = false

    static let all = [
        Recording(name: "purplesharp_pe_injection_createremotethread"),
        Recording(name: "covenant_lolbin_wuauclt_createremotethread"),
        Recording(name: "schtask_create"),
        Recording(name: "psh_control_panel_execution"),
        Recording(name: "empire_powerdump_sam_access"),
        Recording(name: "wmic_remote_xsl_jscript", isNewestFirst: true),
    ]

    /// `WDFILTERD_SHARED`, or `shared` next to the package.
    static let folder: String = {
        if let path = getenv("WDFILTERD_SHARED") { return String(cString: path) + "/datasets" }
        guard let file = realpath(#filePath, nil) else { return "" }
        defer { free(file) }
        let package = String(cString: file).split(separator: "/").dropLast(3)
        return "/" + package.dropLast().joined(separator: "/") + "/shared/datasets"
    }()

    static var areThere: Bool { access(folder + "/README.md", R_OK) == 0 }

    var testDescription: String { name }

    /// The lines in chronological order.
    func bytes() throws -> [UInt8] {
        let script =
            "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1])"
            + ";[sys.stdout.buffer.write(z.read(n)) for n in z.namelist()]"
        let bytes = try read("python3 -c '\(script)' '\(Recording.folder)/\(name).zip'")
        guard isNewestFirst else { return bytes }
        return Array(bytes.split(separator: UInt8(ascii: "\n")).reversed().joined(separator: [UInt8(ascii: "\n")]))
    }

    /// The expected counts.
    func expected() throws -> Expected {
        try JSONDocument.read(try read("cat '\(Recording.folder)/\(name).expected.json'")) { Expected($0) }
    }

    private func read(_ command: String) throws -> [UInt8] {
        let pipe = try #require(popen(command, "r"))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        try #require(pclose(pipe) == 0, "\(command)")
        return bytes
    }
}

/// The contents of `expected.json`.
struct Expected: Sendable {
    let machines: [String]
    let lines: Int
    let creates: Int
    let exits: Int
    let remoteThreads: Int
    let imageLoads: Int
    let wow64cpu: Int
    let opens: Int
    let registry: Int
    let unresolved: Int
    /// Messages with NotifyNewThreadDifferentProcess set for every process and each message acknowledged.
    let sync: Int
    let async: Int
    /// Their lines, sources and targets.
    let at: [[Int]]
    let syncWithInitialThreads: Int

    init?(_ value: JSONValue) {
        func number(_ value: JSONValue) -> Int? { value.integer(in: 0...1_000_000).map(Int.init) }
        func sum(_ value: JSONValue) -> Int? {
            value.dictionary(maxCount: 10)?.reduce(0) { $0 + (number($1.value) ?? 0) }
        }
        guard let object = value.openObject(),
            let delivery = object.required("delivery", { $0.openObject() }),
            let oneShot = delivery.required("creator_oneshot", { $0.openObject() })
        else { return nil }
        machines = object.required("hosts") { $0.array(maxCount: 10)?.compactMap { $0.string() } } ?? []
        lines = object.required("lines", number) ?? -1
        creates = object.required("create_records", number) ?? -1
        exits = object.required("exit_records", number) ?? -1
        remoteThreads = object.required("threads_cross", number) ?? -1
        imageLoads = object.required("image_loads", number) ?? -1
        wow64cpu = object.required("wow64cpu", number) ?? -1
        opens = object.required("opens", number) ?? -1
        registry = object.required("registry", sum) ?? -1
        unresolved = object.required("pid_unresolved", sum) ?? -1
        sync = oneShot.required("sync", number) ?? -1
        async = oneShot.required("async_", number) ?? -1
        let places = oneShot.required("at") { $0.array(maxCount: 1000) } ?? []
        at = places.map { $0.array(maxCount: 3)?.compactMap(number) ?? [] }
        syncWithInitialThreads = delivery.required("creator_oneshot_with_initial_threads", number) ?? -1
    }
}
