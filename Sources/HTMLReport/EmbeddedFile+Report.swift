import CReport
import HTML

extension EmbeddedFile {
    /// The style of reports.
    static let reportStyle = EmbeddedFile(of: report_css(), count: report_css_size())

    /// Their script.
    static let reportScript = EmbeddedFile(of: report_js(), count: report_js_size())
}
