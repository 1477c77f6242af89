import ArgumentParser
import Bytes
import Driver

/// A setting of the driver: `driver.NAME=VALUE`.
struct DriverAssignment {
    let key: String
    let value: String

    /// Parses `driver.NAME=VALUE`. The value is checked with the other settings.
    ///
    /// - Throws: an error that says which part is wrong.
    init(_ text: String) throws {
        guard let separator = text.firstIndex(of: "=") else {
            throw ValidationError("the value is missing; write driver.NAME=VALUE, such as driver.asyncTimeoutMs=2000")
        }
        key = String(text[..<separator])
        value = String(text[text.index(after: separator)...])
        let keys = DriverConfig.table.map { "driver.\($0.name)" }
        if !keys.contains(key) {
            let hint = keys.contains("driver.\(key)") ? "; write driver.\(key)" : keys.hintOrList(for: key)
            throw ValidationError("\(key.quoted()) is not a setting of the driver" + hint)
        }
        if value.isEmpty { throw ValidationError("the value of \(key) is missing") }
    }
}
