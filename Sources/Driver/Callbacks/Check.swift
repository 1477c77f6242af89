/// A condition that a routine checks. The table of routines lists the checks of each routine in order.
///
/// The cases are in the table's order.
public enum Check: UInt8, CaseIterable, Sendable {
    // MpCreateProcessNotifyRoutineEx
    /// Creation, not exit.
    case createInfo
    /// The context gets flag 0x400.
    case hasCreateThreadNotifyRoutineEx
    /// The engine denied the creation.
    case accessDenied
    /// The process is counted in CreateThreadNotifyLock.
    case ruleNotifyProcessCmdLineAtCreation

    // MpCreateThreadNotifyRoutine
    /// Creation, not deletion.
    case create
    /// The target is not System.
    case targetIsNotSystem
    /// The creating thread is not a system thread.
    case isNotSystemThread
    /// The creator has a context.
    case creatorContext
    /// Creator and target are the same process.
    case sameProcess
    /// The creator's rule for threads in itself.
    case ruleNewThreadSameProcess
    /// The creator's rule for threads in others.
    case ruleNewThreadDifferentProcess

    // MpCreateThreadNotifyRoutineEx
    /// This routine has yet to check some process.
    case createThreadNotifyLock
    /// Creation, not deletion.
    case createEx
    /// The current process is not System.
    case currentIsNotSystem
    /// The new thread's process has a context.
    case currentContext
    /// This routine has not checked the process yet.
    case flagThreadNotifyRoutineExSet
    /// The process's rule for its command line.
    case ruleNotifyProcessCmdLine
    /// The command line differs from the captured one.
    case commandLineDiffers

    // MpLoadImageNotifyRoutine
    /// A kernel image.
    case systemModeImage
    /// The process has a context.
    case loaderContext
    /// The process has already loaded wow64cpu.dll.
    case flagImageWow64cpuLoaded
    /// The process's rule for wow64cpu.dll.
    case ruleNotifyWow64cpuLoad
    /// The image is wow64cpu.dll.
    case isWow64cpu
    /// The load has a file object.
    case extendedInfoPresent
    /// The file has a stream context.
    case streamContext
    /// The stream's rule for image loads.
    case ruleImageLoadPerStream
    /// The process's rule for image loads.
    case ruleImageLoadPerProcess
    /// The process's rules allow the asynchronous message.
    case asyncImageLoad

    /// One check in the table of routines.
    public struct Line: Sendable {
        /// The condition.
        public let check: Check
        /// The condition as it would read in the driver's code.
        public let text: StaticString
        /// The rule of the driver model that it belongs to.
        public let rule: String

        init(_ check: Check, _ text: StaticString, rule: String) {
            self.check = check
            self.text = text
            self.rule = rule
        }
    }

    /// Each condition's routine and line, by raw value.
    private static let lines: [(routine: DriverRoutine, line: Line)] = DriverRoutine.table.flatMap { row in
        row.checks.map { (row.routine, $0) }
    }

    /// The routine that checks it.
    public var routine: DriverRoutine { Self.lines[Int(rawValue)].routine }

    /// The condition as it would read in the driver's code.
    public var text: StaticString { Self.lines[Int(rawValue)].line.text }

    /// The rule of the driver model that it belongs to.
    public var rule: String { Self.lines[Int(rawValue)].line.rule }
}
