import Glibc
import TestCertificates

extension Certificate {
    /// Runs `body` with a file that contains the certificate.
    func withFile<Result>(_ body: (_ path: String) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/wdfilterd-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw SocketError(call: "mkstemp", code: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let written = write(file, certificate, certificate.count)
        close(file)
        guard written == certificate.count else { throw SocketError(call: "write", code: errno) }
        return try await body(path)
    }
}
