import Bytes
import Scenarios

// A case in one line, for reports that have a field for it.
extension CaseReport {
    /// Why the case did not pass: its first failure, and how many more there are.
    var headline: String {
        if let error { return error.headline }
        if let first = failures.first { return first.headline + failures.count.andMore("failure") }
        return reason?.escapingInvisible ?? ""
    }
}

extension ErrorReport {
    /// The problem and its description.
    var headline: String {
        (step.map { "step \($0): " } ?? "") + (problem.map { "\($0): " } ?? "") + detail.escapingInvisible
    }
}

extension LookReport {
    /// `among 2 messages of step 3`; nil if it is not about messages.
    var scopeWords: String? {
        scope.map { "among \($0.counted("message")) of \(scopeName?.escapingInvisible ?? "")" }
    }

    /// How many, or what, in words.
    var wanted: String {
        found == nil
            ? "\(subject.escapingInvisible): \(expected.escapingInvisible)"
            : "\(expected.escapingInvisible) \(subject.escapingInvisible)"
    }

    /// What there was instead, in words.
    var actual: String {
        if let found {
            return "\(found)" + (scopeWords.map { " " + $0 } ?? "")
        }
        if let detail { return detail.escapingInvisible }
        return fields.filter { !$0.isMet }.map { field in
            "\(field.criterion.escapingInvisible) \(field.note ?? field.actual.words)"
        }.joined(separator: ", ")
    }

    /// `expected exactly 1 NewThreadDifferentProcess, found 0 among 2 messages of step 3`.
    var headline: String { "expected \(wanted), found \(actual)" }
}

extension RunReport.WrongFile {
    /// What such a file is called where a report needs the name of a case.
    static let caseName = "wrong scenario file"

    /// Its first fault, and how many more there are.
    var headline: String { (faults.first?.place ?? "") + faults.count.andMore("fault") }

    /// All faults, one a line.
    var text: String { faults.map(\.description).joined(separator: "\n") }
}

extension RunReport.FileFault {
    /// The fault without the file: `line 6: steps[2]: what is wrong`.
    var place: String {
        (line.map { "line \($0): " } ?? "") + (path.isEmpty ? "" : path.escapingInvisible + ": ")
            + detail.escapingInvisible
    }
}

extension Int {
    /// ` (and 2 more failures)` for 3; empty for 1.
    fileprivate func andMore(_ noun: String) -> String {
        self > 1 ? " (and \((self - 1).counted("more " + noun)))" : ""
    }
}
