/// Where in line order reading begins.
///
/// The lines of a recording are events in the order in which they happened, or in the opposite one, as event viewers export
/// them. They are never sorted.
public enum RecordingOrder: String, CaseIterable, Sendable {
    /// As the times of the first and the last line that tell one say, for each part by itself. A recording whose times are
    /// equal, or not within 64 MiB of its ends, is read forward; so are an event log and a pipe of plain text.
    case auto
    /// From the first line to the last.
    case forward
    /// From the last line to the first.
    case reverse
}
