import Driver
import DriverJSON
import JSON
import Messages
import Replay
import Runtime
import Scenarios

/// The JSON Schema of scenario files, for editors. `CaseReader` is the authority; what a schema cannot say, such as that a name
/// exists, it leaves to it.
public enum ScenarioSchema {
    /// The version of the format.
    public static let version = 1

    /// The schema as JSON, with a line break at its end.
    public static let json: [UInt8] = {
        var json = JSONWriter(reserving: 65_536)
        json.value(root)
        json.newline()
        return json.bytes
    }()

    private static let root: JSONTree = {
        guard case .object(let scenario) = scenario else { preconditionFailure("a scenario is an object") }
        let head: [JSONTree.Member] = [
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("$id", .string("urn:wdfilterd:scenario:\(version)")),
            .init("title", .string("A scenario of wdfilterd test, version \(version)")),
        ]
        return .object(head + scenario + [.init("$defs", .object(definitions))])
    }()

    private static let definitions: [JSONTree.Member] =
        [
            .init("variable", SchemaNode.text(matching: #"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"#)),
            .init("variableText", SchemaNode.text(matching: #"\$\{[A-Za-z_][A-Za-z0-9_]*\}"#)),
            .init("duration", SchemaNode.textOrVariable(matching: "^[0-9]+(ms|m|(\\.[0-9]{1,3})?s)$")),
            // A duration of more than zero.
            .init("timeLimit", SchemaNode.textOrVariable(matching: "^(?=.*[1-9])[0-9]+(ms|m|(\\.[0-9]{1,3})?s)$")),
            .init("identifier", SchemaNode.textOrVariable(matching: "^[A-Za-z][A-Za-z0-9_-]{0,62}$")),
            .init("process", SchemaNode.any([SchemaNode.name, SchemaNode.plainInteger(in: 0...UInt32.max)])),
            .init("time", SchemaNode.text),
            .init("config", HostSchema.config), .init("engine", HostSchema.engine),
            .init("rulePolicies", HostSchema.rulePolicies), .init("host", HostSchema.host),
            .init("step", StepSchema.step), .init("expectation", ExpectationSchema.expectation),
            .init("criteria", ExpectationSchema.criteria),
        ] + ExpectationSchema.definitions

    private static let scalar: JSONTree = .object([
        .init("type", SchemaNode.texts(["string", "number", "boolean", "null", "array"]))
    ])

    private static let scenario = SchemaNode.object(
        [
            ("scenario", SchemaNode.described("The version of the format.", .object([.init("const", .integer(1))]))),
            (
                "name",
                SchemaNode.described(
                    "A sentence, unique in the file.",
                    .object([
                        .init("type", .string("string")), .init("minLength", .integer(1)),
                        .init("maxLength", .integer(200)), .init("pattern", .string("^[^\\n\\r]*$")),
                    ]))
            ),
            ("description", SchemaNode.described("Shown by --list --verbose.", SchemaNode.text)),
            (
                "tags",
                SchemaNode.described(
                    "For --tag.",
                    SchemaNode.list(SchemaNode.text(matching: "^([A-Za-z0-9._-]|\\$\\{|\\})+$"), most: 100))
            ),
            ("skip", SchemaNode.described("Why the scenario is not run.", SchemaNode.name)),
            (
                "requires",
                SchemaNode.described(
                    "What the scenario needs; it is skipped without it.",
                    SchemaNode.object([
                        ("engine", SchemaNode.boolean), ("files", SchemaNode.list(SchemaNode.name, most: 1000)),
                        ("server", SchemaNode.boolean),
                    ]))
            ),
            ("time", SchemaNode.choice(CasePlan.Time.allCases.map(\.rawValue))), ("startTime", SchemaNode.ref("time")),
            ("timeout", SchemaNode.ref("timeLimit")),
            ("variables", SchemaNode.mapping(of: scalar, names: "^[A-Za-z_][A-Za-z0-9_]{0,62}$")),
            (
                "matrix",
                SchemaNode.whenType(
                    "array",
                    SchemaNode.plainList(
                        SchemaNode.mapping(of: scalar, names: "^[A-Za-z_][A-Za-z0-9_]{0,62}$"), least: 1, most: 1000),
                    otherwise: SchemaNode.mapping(
                        of: SchemaNode.plainList(scalar, least: 1), names: "^[A-Za-z_][A-Za-z0-9_]{0,62}$", least: 1))
            ),
            (
                "hosts",
                SchemaNode.mapping(of: SchemaNode.ref("host"), names: "^[a-z0-9][a-z0-9-]{0,31}$", least: 1, most: 100)
            ),
        ] + HostSchema.members + [("steps", SchemaNode.plainList(SchemaNode.ref("step"), least: 1, most: 10_000))],
        required: ["scenario", "name", "steps"],
        more: [
            .init("if", SchemaNode.has("hosts")),
            .init(
                "then",
                .object([
                    .init(
                        "properties",
                        .object(HostSchema.members.map { .init($0.0, .bool(false)) }))
                ])),
        ])
}
