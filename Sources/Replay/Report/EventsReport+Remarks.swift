import Bytes

extension EventsReport {
    /// What is unusual about the records, a line each.
    public var remarks: [String] {
        var remarks: [String] = []
        if repaired > 0 {
            remarks.append(
                "\(records(repaired)) a character that cannot stand in a text: it was replaced, and the rest read")
        }
        if timesUnread > 0 {
            remarks.append(
                "\(records(timesUnread)) a UtcTime that cannot be read, so the pace is not the recorded one there")
        }
        if timesFromShipper > 0 {
            remarks.append(
                "\(records(timesFromShipper)) no UtcTime that can be read, and the time of the program that sent them on"
            )
        }
        return remarks
    }

    private func records(_ count: Int) -> String { count == 1 ? "1 record has" : "\(count.grouped) records have" }
}
