import JSON
import Testing

struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of RFC 4648 are encoded and decoded`(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func `every byte and every length is restored`() {
        for length in 0...300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ length) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode([0xFB, 0xFF, 0xFE]) == "+//+")
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9", "Zm-_",
        "Zm9vZ===", "Z===", "=Zm9", "Zm=9", "Żm9v",
    ])
    func `text that no encoder produces is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
