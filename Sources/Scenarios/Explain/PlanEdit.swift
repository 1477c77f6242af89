import Driver
import DriverJSON
import Engines
import JSON
import Runtime

/// An edit of a plan that may make an expectation hold, with its description.
struct PlanEdit: Sendable {
    /// A change of the plan.
    enum Effect: Sendable {
        /// Changes the hosts before the first step.
        case hosts(@Sendable (inout [HostPlan]) -> Void)
        /// Changes a step, in all rounds.
        case step(StepNumber, @Sendable (inout Step) -> Void)
        /// Adds steps before a step, in all rounds.
        case insert([Step], before: StepNumber)
        /// Leaves a step out.
        case remove(StepNumber)
    }

    let effects: [Effect]
    /// The description; not verified yet.
    let change: Change

    init(_ change: Change, _ effects: Effect...) {
        var change = change
        // An edit applies in all rounds.
        change.place?.rounds = []
        self.change = change
        self.effects = effects
    }
}

extension [PlanEdit.Effect] {
    /// Changes the hosts.
    func apply(to hosts: inout [HostPlan]) {
        for case .hosts(let change) in self { change(&hosts) }
    }

    /// The steps to run for `step`: those added before it, and itself, changed, unless it is left out.
    func steps(for step: Step, _ number: StepNumber) -> (before: [Step], step: Step?) {
        var before: [Step] = []
        var edited: Step? = step
        for effect in self {
            switch effect {
            case .insert(let steps, let place) where place.isSameStep(as: number): before += steps
            case .step(let place, let change) where place.isSameStep(as: number):
                if var step = edited {
                    change(&step)
                    edited = step
                }
            case .remove(let place) where place.isSameStep(as: number): edited = nil
            default: break
            }
        }
        return (before, edited)
    }
}

/// The question that a run with an edited plan answers.
struct Trial: Sendable {
    /// The edits.
    let effects: [PlanEdit.Effect]
    /// The expectation that must hold.
    let place: LookedExpectation.Place
    /// All that did not hold without the edits.
    let failed: Set<LookedExpectation.Place>
}
