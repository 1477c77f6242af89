public import ArgumentParser
import Glibc

extension ReplayCommand {
    /// Refuses options that contradict each other.
    public func checkOptions() throws(ValidationError) {
        try engine.check()
        try output.check()
        try checkSweep()
        try checkGates()
        for (option, path) in [
            ("--messages", output.messages), ("--points", output.points), ("--html", output.htmlFile),
        ] {
            guard let path, (files + [output.compare].compactMap(\.self)).contains(where: path.isSameFile(as:)) else {
                continue
            }
            throw ValidationError("\(option) \(path): is read by this replay, and would be replaced")
        }
        if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read only once") }
        if server.url == nil {
            try server.refuseWithoutURL()
        } else {
            try engine.refuseWithServer()
            if output.messages != nil {
                throw ValidationError(
                    "--messages cannot be combined with --server: GET /v1/hosts/{host}/messages lists them")
            }
            if format == .native {
                throw ValidationError("--server supports only recordings of Sysmon; POST native lines to /events")
            }
            if server.like != nil, rules != nil || !policy.isEmpty {
                throw ValidationError("--like uses that host's rules; omit --rules and --policy")
            }
        }
    }

    private func checkGates() throws(ValidationError) {
        if gates.needsComparison, output.compare == nil {
            throw ValidationError("--fail-on-loss=new requires --compare")
        }
        guard gates.maxDelay != nil else { return }
        if server.url != nil {
            throw ValidationError("--max-delay cannot be combined with --server: a service has no delays")
        }
        if pace == .asap { throw ValidationError("--max-delay: delays need --pace recorded, or xN") }
    }
}

extension String {
    /// Whether both are paths of the same file.
    fileprivate func isSameFile(as other: String) -> Bool {
        var (one, two) = (stat(), stat())
        return stat(self, &one) == 0 && stat(other, &two) == 0 && (one.st_dev, one.st_ino) == (two.st_dev, two.st_ino)
            && one.st_mode & S_IFMT == S_IFREG
    }
}
