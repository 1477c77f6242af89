public import ArgumentParser

extension ReplayCommand {
    /// Refuses options that contradict each other.
    public func checkOptions() throws(ValidationError) {
        try engine.check()
        try checkSweep()
        try checkGates()
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
