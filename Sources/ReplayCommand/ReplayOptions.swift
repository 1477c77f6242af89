import ArgumentParser
import Console
import Driver
import Runtime
import Settings

/// The engine of a replay in this process.
struct ReplayEngineOptions: ParsableArguments {
    @Option(
        name: .customLong("engine-url"), help: "Send the messages to this webhook instead of the embedded engine.")
    var url: String?

    @Option(
        name: .customLong("engine-secret-file"),
        help: "The file with the secret (whsec_...) that signs the messages to the webhook.", completion: .file())
    var secretFile: String?

    @Option(name: .customLong("engine-reply"), help: "How the embedded engine answers. (default: acknowledge)")
    var reply: EmbeddedEngine.Reply?

    @Option(
        name: .customLong("engine-latency"),
        help: "How long the embedded engine takes to answer, 0ms to 60s. (default: 0ms)",
        transform: ShortDuration.init)
    var latency: ShortDuration?

    @Option(
        name: .customLong("engine-fail-every"),
        help: "Make every Nth send to the embedded engine fail, 0 to 1000000; 0 for none. (default: 0)",
        transform: WholeNumber.parser(0...1_000_000))
    var failEvery: UInt32?

    @Option(
        name: .customLong("engine-replies"),
        help:
            "A YAML or JSON file with a list of answers of the embedded engine to some messages, as in engine.replies.",
        completion: .file())
    var replies: String?

    @Option(
        help: "A configuration file: its driver, engine, rulePolicies, limits and egress are used.",
        completion: .file())
    var config: String?

    func check() throws(ValidationError) {
        if url != nil, hasEmbeddedOptions {
            throw ValidationError("--engine-url cannot be combined with options of the embedded engine")
        }
    }

    /// Whether an option of the embedded engine was given.
    private var hasEmbeddedOptions: Bool { reply != nil || latency != nil || failEvery != nil || replies != nil }

    /// The options as settings, which take precedence over those of the configuration file.
    func settings() throws(InvalidSettings) -> [SettingsFlag] {
        var flags: [SettingsFlag] = []
        func add(_ option: String, _ key: String, _ value: String?) {
            if let value { flags.append(SettingsFlag(option, key: key, value: value)) }
        }
        add("--engine-url", "engine.type", url.map { _ in "webhook" })
        add("--engine-url", "engine.url", url)
        add("--engine-secret-file", "engine.secretFile", secretFile)
        add("--engine-reply", "engine.reply", reply?.rawValue)
        add("--engine-latency", "engine.delayMs", latency.map { "\($0.milliseconds)" })
        add("--engine-fail-every", "engine.failEvery", failEvery.map { "\($0)" })
        if let replies {
            flags.append(SettingsFlag("--engine-replies", key: "engine.replies", file: try SettingsFile(path: replies)))
        }
        return flags
    }

    func refuseWithServer() throws(ValidationError) {
        if url != nil || secretFile != nil || config != nil || hasEmbeddedOptions {
            throw ValidationError("--server uses the service's engines: PUT /v1/hosts/{host}/engine, then use --like")
        }
    }
}

/// The service that events are sent to.
struct ReplayServerOptions: ParsableArguments {
    @Option(
        name: .customLong("server"),
        help:
            "The service whose hosts get the events: http or https with a numeric address or localhost and a port, or unix:PATH."
    )
    var url: String?

    @Option(
        help: "The file with the token, whose role must be drive, or admin for --rules and --policy.",
        completion: .file())
    var tokenFile: String?

    @Option(help: "Give new hosts the configuration, engine and rules of this host.")
    var like: String?

    @OptionGroup var target: ServiceTargetOptions

    func refuseWithoutURL() throws(ValidationError) {
        if tokenFile != nil || like != nil || target.areGiven {
            throw ValidationError("--token-file, --like, --ca-file and --insecure require --server")
        }
    }
}

/// Rules by name or mask, separated by commas.
struct ArmedRules {
    let names: [String]
    let rules: ProcessRules

    /// Parses `RULE,RULE`.
    ///
    /// - Throws: an error that names the first wrong rule.
    init(_ text: String) throws {
        names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        var rules: ProcessRules = []
        for name in names {
            guard let rule = ProcessRules(name) else { throw ValidationError(ProcessRules.faultOfName(name)) }
            rules.formUnion(rule)
        }
        self.rules = rules
    }
}

/// Rules for processes whose image matches: `GLOB=RULE,RULE`.
struct ArmedPolicy {
    let imageFileName: String
    let rules: ArmedRules

    init(imageFileName: String, rules: ArmedRules) {
        self.imageFileName = imageFileName
        self.rules = rules
    }

    /// Parses `GLOB=RULE,RULE`.
    ///
    /// - Throws: an error that says what is missing, or names the first wrong rule.
    init(_ text: String) throws {
        guard let separator = text.lastIndex(of: "="), separator != text.startIndex else {
            throw ValidationError(#"write PATTERN=RULE, such as *\cmd.exe=NotifyImageLoadRule"#)
        }
        self.init(
            imageFileName: String(text[..<separator]),
            rules: try ArmedRules(String(text[text.index(after: separator)...])))
    }

    var policy: RulePolicy { RulePolicy(imageFileName: imageFileName, rules: rules.rules) }
}

/// How fast events follow one another.
enum ReplayPace: Equatable, Sendable {
    case asap
    /// This many times as fast as recorded.
    case speed(Double)

    init?(argument: String) {
        switch argument {
        case "asap": self = .asap
        case "recorded": self = .speed(1)
        default:
            // Double would also accept 0x10 and inf.
            let digits = argument.dropFirst()
            guard argument.first == "x", digits.allSatisfy("0123456789.e".contains),
                let speed = Double(digits), (0.001...1e6).contains(speed)
            else { return nil }
            self = .speed(speed)
        }
    }

    /// Parses `asap`, `recorded` or `xN`.
    ///
    /// - Throws: an error that says how to write it.
    static func parse(_ text: String) throws -> ReplayPace {
        guard let pace = ReplayPace(argument: text) else {
            throw ValidationError("write asap, recorded or xN, such as x10; N is 0.001 to 1000000")
        }
        return pace
    }
}
