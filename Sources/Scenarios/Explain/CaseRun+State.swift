import Bytes
import Driver
import JSON
import Messages

// Why a process is not as expected.
extension CaseRun {
    /// The reasons why the state or the outcome that an expectation names is another.
    func reasons(forStateIn failure: LookedExpectation) -> [Reason] {
        guard let index = failure.stepIndex, let expectation = failure.expectation else { return [] }
        switch expectation.subject {
        case .process(let reference, let exists, let fields):
            let host = host(of: expectation, index)
            if failure.report.fields.contains(where: { $0.criterion == "exists" }) {
                return exists ? absence(of: reference, host) : []
            }
            return words(of: reference, fields, failure, host) + replies(toCreationOf: reference, failure)
        case .routine(let wanted): return reasons(for: wanted, failure)
        case .counters, .queue: return reasons(forCountersIn: failure, host(of: expectation, index))
        case .outcome(_, let id):
            let step = id.flatMap { id in steps.lastIndex { $0.step.id == id } } ?? index
            return answer(toCreationIn: step)
        default: return []
        }
    }

    /// Why a process is not there: the engine denied it, it exited, or no step created it.
    private func absence(of reference: Reference, _ host: Int) -> [Reason] {
        if case .named(let name) = reference, let named = names.processes[name], named.identity == nil,
            let step = steps.firstIndex(where: { $0.number == named.step })
        {
            return answer(toCreationIn: step)
        }
        if case .named(let name) = reference, let exit = names.processes[name]?.exit,
            let run = steps.first(where: { $0.number == exit })
        {
            return [.absent(event: "exitProcess", detail: "the process \(reference) has exited: \(run.place.words)")]
        }
        guard let processId = processId(reference) else { return [] }
        let life = history(of: host).life(of: processId, in: steps.count)
        guard let exited = life?.exited else {
            let place = plan.hosts.count > 1 ? " on host \(plan.hosts[host].name)" : ""
            return [.absent(event: "createProcess", detail: "no step creates \(reference)\(place)")]
        }
        return [.absent(event: "exitProcess", detail: "the process \(reference) has exited: \(exited.place.words)")]
    }

    /// The causes of the bits of rules and flags that are not as expected.
    private func words(
        of reference: Reference, _ fields: [FieldMatcher], _ failure: LookedExpectation, _ host: Int
    ) -> [Reason] {
        guard let processId = processId(reference) else { return [] }
        let history = history(of: host)
        let unmet = Set(failure.report.fields.filter { !$0.isMet }.map(\.criterion))
        return fields.filter { unmet.contains($0.path) }.flatMap { field -> [Reason] in
            guard let word: WordHistory.Word = field.path == "rules" ? .rules : field.path == "flags" ? .flags : nil,
                let actual = failure.report.fields.first(where: { $0.criterion == field.path })?.actual.elements
            else { return [] }
            let names = actual.compactMap(\.text)
            return field.matcher.wantedBits.compactMap { bit, isWanted -> Reason? in
                let shown =
                    word == .rules ? ProcessRules(rawValue: bit).names.first : ProcessFlags(rawValue: bit).names.first
                let name = shown.map { $0.hasPrefix("0x") ? bit.hex(digits: 8) : $0 } ?? ""
                if names.contains(shown ?? "") == isWanted { return nil }
                let cause = cause(
                    ofBit: bit, name, isSet: !isWanted, in: word, of: processId, before: steps.count, history, host)
                return .word(
                    Reason.Word(
                        process: reference.description, word: field.path, bit: name, isSet: !isWanted, cause: cause))
            }
        }
    }

    /// The answer of the engine under test to the creation of a process whose rules or flags are not as expected.
    private func replies(toCreationOf reference: Reference, _ failure: LookedExpectation) -> [Reason] {
        let unmet = failure.report.fields.filter { !$0.isMet }.map(\.criterion)
        guard unmet.contains("rules") || unmet.contains("flags"), case .named(let name) = reference,
            let index = names.processes[name]?.index, steps.indices.contains(index)
        else { return [] }
        return answer(toCreationIn: index).filter { reason in
            if case .reply(let reply) = reason { !reply.isEmbedded } else { true }
        }
    }

    /// The engine's answer to the creation that a step made.
    private func answer(toCreationIn index: Int) -> [Reason] {
        guard let message = creation(in: index) else { return [] }
        let host = steps[index].host
        if message.delivery != .sent { return outcome(of: message.sequence, host) }
        return [.reply(replied(message, message.reply?.reading.fault, on: host))]
    }

    /// The message about the process that a step created.
    func creation(in index: Int) -> ObservedMessage? {
        let run = steps[index]
        guard case .createProcess = run.step.action else { return nil }
        return logs[run.host].made(by: index).first {
            $0.message.kind == .direct && $0.message.operation == .async(.createProcess)
        }
    }
}

extension Matcher {
    /// The bits of a word that must be set or must not be.
    fileprivate var wantedBits: [(bit: UInt32, isWanted: Bool)] {
        func bits(_ word: UInt32, _ isWanted: Bool) -> [(UInt32, Bool)] {
            (0..<32).map { UInt32(1) << $0 }.filter { word & $0 != 0 }.map { ($0, isWanted) }
        }
        return switch self {
        case .hasBits(let word): bits(word, true)
        case .lacksBits(let word): bits(word, false)
        case .equals(.word(let word, _)): bits(word, true) + bits(~word, false)
        case .allOf(let matchers): matchers.flatMap(\.wantedBits)
        default: []
        }
    }
}
