extension ProcessFlags {
    /// What the driver derives from a new process's image and token (PRC-9).
    ///
    /// Driver: `MpSetProcessExempt`, `MpSetProcessHardening`, `MpSetProcessHardeningExclusion`.
    /// Decided: the final component of the name decides, without case, where the driver has full paths.
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
        case "LSASS.EXE", "CSRSS.EXE", "SERVICES.EXE", "MSIEXEC.EXE", "POQEXEC.EXE", "SETUPCL.EXE",
            "REGISTER-CIMPROVIDER.EXE":
            flags = .friendlyProcess
        case "SVCHOST.EXE":
            flags = .svchostProcess
        default: break
        }
        return flags
    }

    /// UTF-16 units of the longest name that something is derived from.
    private static let longestName = "REGISTER-CIMPROVIDER.EXE".utf16.count
}
