// The messages that an expectation is about.
extension CaseRun {
    /// The scope of `expectation` in the list of the step at `index`.
    func scope(of expectation: Expectation, _ index: Int) -> MessageScope {
        let run = steps[index]
        let host = host(of: expectation, index)
        let scope = expectation.scope
        if let id = scope.by { return self.scope(by: id, host) }
        // A wait looks at everything so far, as a step without an action does.
        if scope.isDefault, let action = run.step.action, !action.isWait {
            return self.scope(of: [index], host, named: run.title)
        }
        guard scope.since != nil || scope.until != nil else { return everything(on: host) }
        let first = scope.since.flatMap { id in steps.firstIndex { $0.step.id == id } }
        let last = scope.until.flatMap { id in steps.lastIndex { $0.step.id == id } }
        let range = (first ?? 0)...max(first ?? 0, last ?? steps.count - 1)
        let after = first.map { steps[$0].start[host] } ?? 0
        let through = last.map { isDone(scope.until ?? "") ? steps[$0].end[host] : .max } ?? .max
        let messages = logs[host].messages.filter { $0.sequence > after && $0.sequence <= through }
        let words = [scope.since.map { "since \($0)" }, scope.until.map { "until \($0)" }].compactMap(\.self)
        return MessageScope(host: host, messages: messages, name: words.joined(separator: " "), steps: Array(range))
    }

    /// Whether a step is not in the background any more.
    private func isDone(_ id: String) -> Bool { pending[id]?.isEmpty ?? true }

    func everything(on host: Int) -> MessageScope {
        MessageScope(
            host: host, messages: logs[host].messages, name: "host \(plan.hosts[host].name)",
            steps: Array(steps.indices))
    }

    private func scope(by id: String, _ host: Int) -> MessageScope {
        let indices = steps.indices.filter { steps[$0].step.id == id }
        let title = indices.count == 1 ? steps[indices[0]].title : "the steps \(id)"
        return scope(of: indices, host, named: title)
    }

    private func scope(of indices: [Int], _ host: Int, named name: String) -> MessageScope {
        var messages: [ObservedMessage] = []
        var covered: [Int] = []
        for index in indices {
            let (own, inner) = made(by: index, on: host)
            messages += own
            covered += [index] + inner
        }
        if indices.count > 1 { messages.sort { $0.sequence < $1.sequence } }
        return MessageScope(host: host, messages: messages, name: name, steps: covered)
    }

    /// The messages that a step made on a host, and the indices of the steps inside it.
    private func made(by index: Int, on host: Int) -> ([ObservedMessage], [Int]) {
        let run = steps[index]
        switch run.step.action {
        case .repeat:
            let inner = steps.indices.filter { steps[$0].number.isInside(run.number) }
            let messages = logs[host].messages.prefix(Int(run.end[host])).dropFirst(Int(run.start[host]))
            return (Array(messages), inner)
        case .worker:
            return ((run.outcome?.messages ?? []).compactMap { logs[host][$0] }, [])
        default: return (logs[host].made(by: index), [])
        }
    }
}

extension StepRun {
    /// `step 3 (inject)`.
    var title: String { "step \(number)" + (step.id.map { " (\($0))" } ?? "") }
}

extension StepNumber {
    /// Whether it is a step of the `repeat` that `other` is.
    func isInside(_ other: StepNumber) -> Bool {
        parts.count > other.parts.count && parts.starts(with: other.parts)
            && iterations.starts(with: other.iterations)
    }
}
