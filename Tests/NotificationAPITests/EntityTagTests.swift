import Testing

@testable import NotificationAPI

@Suite struct EntityTagTests {
    /// The SHA-256 of `abc` is published (FIPS 180-2): ba7816bf 8f01cfea 414140de 5dae2223 ...
    private let tag = Array("abc".utf8).withUnsafeBytes { EntityTag(of: $0) }

    @Test func `UI-3: a tag is the first 16 hex digits of the SHA-256`() {
        #expect(tag.value == "\"ba7816bf8f01cfea\"")
        #expect([UInt8]().withUnsafeBytes { EntityTag(of: $0) }.value == "\"e3b0c44298fc1c14\"")
    }

    @Test(arguments: [
        ["\"ba7816bf8f01cfea\""], ["W/\"ba7816bf8f01cfea\""], ["*"], [" * "], ["\"x\", \"ba7816bf8f01cfea\""],
        ["\"x\",W/\"y\",\"ba7816bf8f01cfea\""], ["\"a,b\"\t,  \"ba7816bf8f01cfea\" , \"z\""],
        ["\"x\"", "\"ba7816bf8f01cfea\""], ["\"\", \"ba7816bf8f01cfea\""], [",, \"ba7816bf8f01cfea\""],
    ])
    func `UI-3: a list of tags matches if one of them does`(values: [String]) {
        #expect(tag.isMatched(by: values))
    }

    @Test(arguments: [
        [], [""], ["ba7816bf8f01cfea"], ["\"BA7816BF8F01CFEA\""], ["\"ba7816bf8f01cfe\""], ["\"ba7816bf8f01cfea"],
        ["\"x\" \"y"], ["w/\"ba7816bf8f01cfea\""], ["W/ \"ba7816bf8f01cfea\""], ["\"x, ba7816bf8f01cfea\""], ["W/"],
        ["\""], ["\"\"\""], [","],
    ])
    func `other values do not match`(values: [String]) {
        #expect(!tag.isMatched(by: values))
    }
}
