extension ProcessFlags {
    /// What the driver derives from a new process's image and token (PRC-9).
    ///
    /// Driver: `MpSetProcessExempt`, `MpSetProcessHardening`, `MpSetProcessHardeningExclusion`.
    /// Decided: the final component of the name decides, without case, where the driver has full paths.
    static func derived(imageFileName: String, hasServiceSid: Bool) -> ProcessFlags {
        let start = imageFileName.lastIndex(of: "\\").map(imageFileName.index(after:)) ?? imageFileName.startIndex
        var flags: ProcessFlags = []
        switch imageFileName[start...].lowercased() {
        case "msmpeng.exe":
            flags = [.excludedProcess, .msMpEngProcess]
            if hasServiceSid { flags.insert(.mpServiceSidProcess) }
        case "mpcmdrun.exe", "nissrv.exe":
            flags = .excludedProcess
            if hasServiceSid { flags.insert(.mpServiceSidProcess) }
        case "werfault.exe", "werfaultsecure.exe":
            flags = .excludedProcess
        case "lsass.exe", "csrss.exe", "services.exe", "msiexec.exe", "poqexec.exe", "setupcl.exe",
            "register-cimprovider.exe":
            flags = .friendlyProcess
        case "svchost.exe":
            flags = .svchostProcess
        default: break
        }
        return flags
    }
}
