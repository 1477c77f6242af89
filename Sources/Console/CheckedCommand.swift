public import ArgumentParser

/// A command with options that must fit together.
///
/// ArgumentParser's own `validate` runs before unknown options are reported, and hides them: in `vocabulary -f json`, json
/// would be refused as a name.
public protocol CheckedCommand: ParsableCommand {
    /// Refuses options that contradict each other. Called before `run`, once all arguments are known.
    func checkOptions() throws(ValidationError)
}
