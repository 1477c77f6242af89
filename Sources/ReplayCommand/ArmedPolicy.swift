import ArgumentParser
import Driver

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

    /// The patterns for whole paths. One that names no folder and does not begin with `*` also matches behind any folder:
    /// `notepad.exe` stands for `*\notepad.exe`, too.
    var patterns: [String] {
        imageFileName.contains("\\") || imageFileName.hasPrefix("*")
            ? [imageFileName] : [imageFileName, "*\\" + imageFileName]
    }

    /// The policies for the driver, one for each pattern.
    var rulePolicies: [RulePolicy] { patterns.map { RulePolicy(imageFileName: $0, rules: rules.rules) } }
}
