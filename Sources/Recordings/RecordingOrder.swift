/// The direction in which lines are read.
///
/// The lines of a recording are events in chronological order, or in reverse, as event viewers export them. They are never
/// sorted.
public enum RecordingOrder: String, CaseIterable, Sendable {
    /// Detected for each part from the times of its first and last line that have one. A part is read forward if these are
    /// equal or not within 64 MiB of its ends; so are event logs and pipes of plain text.
    case auto
    /// From the first line to the last.
    case forward
    /// From the last line to the first.
    case reverse
}
