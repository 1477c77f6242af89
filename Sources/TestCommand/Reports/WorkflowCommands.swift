import ArgumentParser
import Bytes
import Console
import Glibc
import Scenarios

/// For which pipeline failures are annotated.
enum AnnotationChoice: String, CaseIterable, ExpressibleByArgument {
    /// For GitHub when `GITHUB_ACTIONS` is true.
    case auto
    /// For GitHub Actions.
    case github
    /// For none.
    case none

    /// Whether to write the commands of GitHub Actions.
    var isForGitHub: Bool {
        switch self {
        case .auto: Environment["GITHUB_ACTIONS"] == "true"
        case .github: true
        case .none: false
        }
    }
}

/// Variables of the environment.
enum Environment {
    /// The value of a variable; nil if it is not set or empty.
    static subscript(name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The commands of GitHub Actions around the output of a run.
///
/// Names in recordings and replies of engines may begin with `::`. Therefore commands are switched off, until a random token,
/// while anything else is printed.
struct WorkflowCommands {
    private let stream: StandardStream
    private let token = "wdfilterd-" + UInt64.random(in: 0...UInt64.max).hexDigits(16)

    /// Commands on `stream`. GitHub reads both.
    init(on stream: StandardStream) { self.stream = stream }

    /// Switches commands off.
    func stop() { stream.line("::stop-commands::\(token)") }

    /// Switches commands on again.
    func resume() { stream.line("::\(token)::") }

    /// Annotates the failures.
    func annotate(_ report: RunReport) {
        for annotation in Annotation.all(of: report) { stream.line(annotation.command) }
    }
}

/// An annotation of a line of a file.
struct Annotation {
    /// GitHub shows no more.
    static let most = 10
    /// The most bytes of a text.
    static let mostText = 4096

    let file: String
    let line: Int
    let title: String
    let text: String

    /// The first annotations of a report: faults, errors and failures.
    static func all(of report: RunReport) -> [Annotation] {
        var annotations: [Annotation] = []
        for file in report.wrongFiles {
            annotations += file.faults.prefix(most).map {
                Annotation(file: file.file, line: $0.line ?? 1, title: RunReport.WrongFile.caseName, text: $0.place)
            }
        }
        for item in report.cases where item.verdict > .skip {
            if annotations.count >= most { break }
            if let error = item.error {
                annotations.append(
                    Annotation(file: item.file, line: error.line ?? item.line, title: item.title, text: error.headline))
            }
            annotations += item.failures.map { failure in
                let because = failure.because.map { ["because \($0)"] } ?? []
                let lines = [failure.headline] + because + [""] + failure.explanation
                return Annotation(
                    file: item.file, line: failure.line, title: item.title,
                    text: lines.joined(separator: "\n").cut(toBytes: mostText))
            }
        }
        return Array(annotations.prefix(most))
    }

    /// `::error file=PATH,line=N,title=NAME::TEXT`.
    var command: String {
        let path = file.hasPrefix("./") ? String(file.dropFirst(2)) : file
        return "::error file=\(Self.property(path)),line=\(line),title=\(Self.property(title))::\(Self.data(text))"
    }

    private static func property(_ text: String) -> String {
        data(text).escaping { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : nil }
    }

    private static func data(_ text: String) -> String {
        text.escapingInvisibleInLines.escaping { $0 == "%" ? "%25" : $0 == "\r" ? "%0D" : $0 == "\n" ? "%0A" : nil }
    }
}
