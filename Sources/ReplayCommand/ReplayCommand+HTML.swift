import Console
import HTMLReport

extension ReplayCommand {
    /// Writes the page to its file, or to standard output, if one is wanted.
    ///
    /// - Throws: Exit code 3 if that fails.
    func deliver(html: @autoclosure () -> [UInt8]) throws(CommandFailure) {
        if let path = output.htmlFile { return try ReportFile(path).write(html()) }
        if output.printsHTML { try StandardStream.output.deliver(String(decoding: html(), as: UTF8.self)) }
    }

    /// The notes on a result for its page. It names files, not where they are.
    func pageNotes(on result: ReplayResult) -> ReplayPage.Notes {
        let notes = notes(on: result)
        var page = ReplayPage.Notes()
        page.engineName = notes.engineName
        page.whyNoDelays = notes.whyNoDelays
        page.warnings = warningsAndHint(about: result)
        if result.fault != nil {
            page.warnings.append("the rest of the recording could not be read; standard error says why")
        }
        page.unread = result.unread.lines
        page.earlierFile = output.compare?.lastPathComponent
        page.whereToFind = "--json has all"
        return page
    }
}
