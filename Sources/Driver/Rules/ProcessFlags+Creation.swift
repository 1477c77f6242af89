extension ProcessFlags {
    /// The flags that the driver derives from a new process's image and token (PRC-9).
    ///
    /// Driver: `MpSetProcessExempt`, `MpSetProcessHardening`, `MpSetProcessHardeningExclusion`.
    /// Decided: the final component of the name decides, ignoring case. The driver has a list of paths from its engine,
    /// each with flags for "no backslash" and "wildcard" (COR-7).
    static func derived(imageFileName: String, hasServiceSid: Bool) -> ProcessFlags {
        var flags: ProcessFlags = []
        switch imageFileName.upcasedFinalComponent(limit: longestName) {
        case "MSMPENG.EXE":
            flags = [.excludedProcess, .msMpEngProcess]
            if hasServiceSid { flags.insert(.mpServiceSidProcess) }
        case "MPCMDRUN.EXE", "NISSRV.EXE":
            flags = .excludedProcess
            if hasServiceSid { flags.insert(.mpServiceSidProcess) }
        case "WERFAULT.EXE", "WERFAULTSECURE.EXE":
            flags = .excludedProcess
        case "LSASS.EXE", "CSRSS.EXE", "SERVICES.EXE", "POQEXEC.EXE", "SETUPCL.EXE":
            // msiexec.exe and register-cimprovider.exe are not listed: they are friendly only before Windows 10
            // (COR-6).
            flags = .friendlyProcess
        case "SVCHOST.EXE":
            flags = .svchostProcess
        default: break
        }
        return flags
    }

    /// UTF-16 units of the longest name that flags are derived from.
    private static let longestName = "WERFAULTSECURE.EXE".utf16.count
}
