import Bytes
import Driver
public import HTML
public import Replay

extension HTMLWriter {
    /// Writes which outcomes of the driver's conditions were reached: a tree for each routine (UIA-7).
    public mutating func write(_ coverage: CoverageReport) {
        heading("coverage", "Coverage")
        element(
            .p,
            text:
                "\(coverage.percent) %: \(coverage.reached) of \(coverage.outcomes) outcomes of the driver's conditions occurred. "
                + "A condition is true or false; the numbers say how often. A dashed line marks what never happened.")
        for routine in coverage.routines { write(routine) }
        let never = coverage.messageTypes.filter { $0.made == 0 }
        if never.isEmpty { return }
        element(.h3, text: "Messages that were never created")
        element(.ul) { html in
            for message in never.prefix(100) {
                html.element(.li, text: "\(message.type)" + (message.why.map { ": \($0)" } ?? "").cut)
            }
        }
    }

    private mutating func write(_ routine: CoverageReport.Routine) {
        newline()
        if routine.records == 0 {
            return element(.p) { html in
                html.element(.code, text: routine.name.cut)
                html.element(.span, .class("loss"), text: " never ran")
            }
        }
        let outcomes = routine.conditions.reduce(0) { $0 + ($1.held > 0 ? 1 : 0) + ($1.failed > 0 ? 1 : 0) }
        element(.details, .open) { html in
            html.element(.summary) { html in
                html.element(.code, text: routine.name.cut)
                html.text(
                    " ran \(routine.records.times), "
                        + (routine.notified == 0
                            ? "did not notify the engine, " : "notified the engine \(routine.notified.times), ")
                        + "\(outcomes) of \(routine.conditions.count * 2) outcomes")
            }
            html.element(.div, .class("tree")) { CoverageTree(routine).write(to: &$0) }
        }
    }
}

/// The tree of a routine's conditions with how often each edge was taken.
struct CoverageTree {
    private let routine: CoverageReport.Routine
    /// The routine as this version knows it; nil for one of another version.
    private let known: DriverRoutine?
    private let places: [String: CoverageReport.Place]

    init(_ routine: CoverageReport.Routine) {
        self.routine = routine
        let places = Dictionary(routine.places.map { ($0.id, $0) }) { first, _ in first }
        self.places = places
        let known = DriverRoutine.allCases.first { $0.name == routine.name }
        self.known = known.flatMap { known in known.conditions.allSatisfy { places[$0.id] != nil } ? known : nil }
    }

    func write(to html: inout HTMLWriter) {
        guard let known, let first = known.conditions.first else { return writeList(to: &html) }
        write(from: first.id, until: nil, of: known, to: &html)
    }

    /// Writes the conditions of a routine that this version does not know, one below the other.
    private func writeList(to html: inout HTMLWriter) {
        html.element(.ol) { html in
            for condition in routine.conditions.prefix(100) {
                html.element(.li) { html in
                    html.element(.code, text: condition.check.cut)
                    html.edge("true", condition.held)
                    html.edge("false", condition.failed)
                    html.reason(condition.why, isMissing: condition.held == 0 || condition.failed == 0)
                }
            }
        }
    }

    // MARK: Trees

    /// Writes the conditions from one on, one below the other, until the routine ends or comes to `end`. Where two ways part and each
    /// has conditions of its own, they are lists below the condition, and the list goes on where the ways meet again.
    private func write(from first: String, until end: String?, of known: DriverRoutine, to html: inout HTMLWriter) {
        html.element(.ol) { html in
            var next: String? = first
            while let id = next, id != end, let condition = known.condition(id) {
                let ways = Ways(condition, in: known)
                write(condition, to: &html) { html in
                    for (holds, start) in ways.own {
                        html.element(.p, .class("side"), text: holds ? "If true" : "If false")
                        write(from: start, until: ways.meeting, of: known, to: &html)
                    }
                }
                next = ways.next
            }
        }
    }

    private func write(_ condition: Condition, to html: inout HTMLWriter, ways: (inout HTMLWriter) -> Void) {
        let place = places[condition.id]
        let (held, failed) = (place?.held ?? 0, place?.failed ?? 0)
        html.newline()
        html.element(.li, .class(held + failed == 0 ? "never" : "")) { html in
            html.element(.code, text: "\(condition.check.text)")
            html.element(.span, .class("dim"), text: " \(condition.check.rule)")
            write("true", held, condition.whenTrue, to: &html)
            write("false", failed, condition.whenFalse, to: &html)
            let why = routine.conditions.first { $0.check == "\(condition.check.text)" }?.why
            html.reason(why, isMissing: held == 0 || failed == 0)
            ways(&html)
        }
    }

    /// Writes how often a condition had a result, and what that led to.
    private func write(_ result: String, _ count: Int, _ outcome: Condition.Outcome, to html: inout HTMLWriter) {
        html.edge(result, count)
        for type in outcome.sends {
            let name = " ⇒ \(type.kind.rawValue) \(type.operation.name)"
            html.element(
                .span, .class(count > 0 ? "sends" : "dim"), text: count > 0 ? "\(name) \(count.grouped)" : name)
        }
        if outcome.next == nil, outcome.sends.isEmpty { html.element(.span, .class("dim"), text: " → ends") }
    }
}

/// How the ways go on from a condition.
private struct Ways {
    /// Those that have conditions of their own before they meet, or that never meet, with their first condition.
    private(set) var own: [(holds: Bool, start: String)] = []
    /// Where they meet; nil if they do not.
    private(set) var meeting: String?
    /// The condition below this one; nil if the list ends.
    private(set) var next: String?

    init(_ condition: Condition, in routine: DriverRoutine) {
        let (yes, no) = (condition.whenTrue.next, condition.whenFalse.next)
        guard let yes, let no, yes != no else {
            // One of them ends, or both are the same.
            next = yes ?? no
            return
        }
        let others = Self.reachable(from: no, in: routine)
        meeting = Self.reachable(from: yes, in: routine).first(where: others.contains)
        next = meeting
        own = [(true, yes), (false, no)].filter { $0.1 != meeting }
    }

    /// The conditions on the ways from one on, in the order of the table.
    private static func reachable(from id: String, in routine: DriverRoutine) -> [String] {
        var found: Set<String> = []
        var open = [id]
        while let id = open.popLast() {
            guard found.insert(id).inserted, let condition = routine.condition(id) else { continue }
            open += [condition.whenTrue.next, condition.whenFalse.next].compactMap(\.self)
        }
        return routine.conditions.map(\.id).filter(found.contains)
    }
}

extension HTMLWriter {
    /// Writes how often a condition had a result.
    fileprivate mutating func edge(_ result: String, _ count: Int) {
        text(" ")
        element(
            .span, .class(count == 0 ? "edge never" : "edge"),
            text: count == 0 ? "\(result) never" : "\(result) \(count.grouped)")
    }

    /// Writes why an outcome is missing.
    fileprivate mutating func reason(_ why: String?, isMissing: Bool) {
        if let why, isMissing { element(.span, .class("dim"), text: " (\(why.cut))") }
    }
}

extension Int {
    /// `once`, `3 times`.
    fileprivate var times: String { self == 1 ? "once" : "\(grouped) times" }
}
