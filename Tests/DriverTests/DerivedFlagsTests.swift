import Driver
import Messages
import TestSupport
import Testing

@Suite struct DerivedFlagsTests {
    @Test(
        arguments: [
            ("msmpeng.exe", 0x9, 0x19), ("MpCmdRun.exe", 0x1, 0x11), ("NisSrv.exe", 0x1, 0x11),
            ("WerFault.exe", 0x1, 0x1),
            ("WerFaultSecure.exe", 0x1, 0x1), ("lsass.exe", 0x20, 0x20), ("csrss.exe", 0x20, 0x20),
            ("services.exe", 0x20, 0x20), ("msiexec.exe", 0, 0), ("poqexec.exe", 0x20, 0x20),
            ("setupcl.exe", 0x20, 0x20), ("register-cimprovider.exe", 0, 0), ("svchost.exe", 0x100, 0x100),
            ("xsvchost.exe", 0, 0), ("svchost.exe.bak", 0, 0), ("svchost", 0, 0),
        ] as [(String, UInt32, UInt32)])
    func `PRC-9, COR-6: flags follow from the final component and the service SID`(
        name: String, plain: UInt32, withSid: UInt32
    ) throws {
        for image in [name, name.uppercased(), #"C:\Windows\lsass.exe\"# + name] {
            for (hasServiceSid, flags) in [(false, plain), (true, withSid)] {
                let engine = ScriptedEngine()
                let driver = Driver.make(engine: engine)
                var creation = ProcessCreation(imageFileName: UnicodeString(image), processId: 100)
                creation.hasServiceSid = hasServiceSid
                let context = try driver.createProcessAtOnce(creation).process
                #expect(context?.flags.rawValue == flags | 0x400, "\(image), service SID \(hasServiceSid)")
                let told = engine.messages.first?.imageLoadAndProcess?.processFlagsLowByte
                #expect(told == UInt8(truncatingIfNeeded: flags), "\(image), service SID \(hasServiceSid)")
            }
        }
    }

    @Test func `PRC-9: flags of the request replace the derived ones, and 0x400 is added`() throws {
        let context = try Driver.make().makeProcess(
            100, flags: .trustedProcess, imageFileName: #"C:\msmpeng.exe"#)
        #expect(context.flags.rawValue == 0x440)
        #expect(try Driver.make().makeProcess(100, flags: [], imageFileName: "lsass.exe").flags.rawValue == 0x400)
    }
}
