import Driver
import JSON

extension RoutineExpectation {
    /// The expectation compared with what a routine did.
    func compare(_ routine: ObservedRoutine) -> [ComparedField] {
        var compared: [ComparedField] = []
        if let notified {
            compared.append(
                ComparedField(
                    criterion: "notified", expected: .bool(notified), actual: .bool(routine.notified),
                    isMet: notified == routine.notified))
        }
        let looks = routine.checks
        for (check, holds) in checks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let look = looks.first { $0.check == check }
            compared.append(
                ComparedField(
                    criterion: "\(check.text)", expected: .bool(holds), actual: look.map { .bool($0.holds) } ?? .null,
                    note: look == nil ? "not looked at" : nil, isMet: look?.holds == holds))
        }
        if let decidedBy {
            compared.append(
                ComparedField(
                    criterion: "decidedBy", expected: .string("\(decidedBy.text)"),
                    actual: looks.last.map { .string("\($0.check.text)") } ?? .null,
                    isMet: looks.last?.check == decidedBy))
        }
        return compared
    }

    /// The expectation behind "ran": `, notified, decided by ...`.
    var words: String {
        var words: [String] = []
        if let notified { words.append(notified ? "notified" : "did not notify") }
        words += checks.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.text) \($0.value)" }
        if let decidedBy { words.append("decided by \(decidedBy.text)") }
        return words.isEmpty ? "" : ", " + words.joined(separator: ", ")
    }
}
