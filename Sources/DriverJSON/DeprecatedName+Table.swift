public import JSON

extension DeprecatedName {
    /// All deprecated names: the table. `docs/compatibility.md` lists them too, which a test checks.
    public static let all: [DeprecatedName] = []
}
