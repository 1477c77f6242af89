import Messages

/// The conditions that lead to a type of message: how each must turn out, in the routine's order.
public struct MessagePath: Sendable {
    /// The type of message.
    public let type: MessageType
    /// The routine that makes it.
    public let routine: DriverRoutine
    /// The conditions with their outcomes. The routine makes the message if and only if all of them are so.
    public let conditions: [(check: Check, holds: Bool)]

    /// The table: every type of message that events cause.
    public static let table: [MessagePath] = [
        MessagePath(.direct(.createProcess), .createProcessNotifyEx, [(.createInfo, true)]),
        MessagePath(.async(.createProcess), .createProcessNotifyEx, [(.createInfo, false)]),
        MessagePath(
            .sync(.newThreadSameProcess), .createThreadNotify,
            creator + [(.sameProcess, true), (.ruleNewThreadSameProcess, true)]),
        MessagePath(.sync(.newThreadDifferentProcess), .createThreadNotify, remote),
        MessagePath(.async(.createThread), .createThreadNotify, remote),
        MessagePath(
            .sync(.newThreadAndCmdLine), .createThreadNotifyEx,
            [
                (.createThreadNotifyLock, true), (.createEx, true), (.currentIsNotSystem, true),
                (.currentContext, true), (.flagThreadNotifyRoutineExSet, true), (.ruleNotifyProcessCmdLine, true),
                (.commandLineDiffers, true),
            ]),
        MessagePath(
            .direct(.wow64cpuLoad), .loadImageNotify, [(.loaderContext, true), (.flagImageWow64cpuLoaded, true)]),
        MessagePath(.async(.loadImage), .loadImageNotify, [(.loaderContext, true), (.asyncImageLoad, true)]),
        MessagePath(
            .sync(.newImageLoadPerProcess), .loadImageNotify,
            [(.loaderContext, true), (.ruleImageLoadPerProcess, true)]),
        MessagePath(
            .sync(.newImageLoadPerStream), .loadImageNotify,
            [
                (.loaderContext, true), (.extendedInfoPresent, true), (.streamContext, true),
                (.ruleImageLoadPerStream, true),
            ]),
    ]

    private static let creator: [(Check, Bool)] = [
        (.create, true), (.targetIsNotSystem, true), (.isNotSystemThread, true), (.creatorContext, true),
    ]
    private static let remote = creator + [(.sameProcess, false), (.ruleNewThreadDifferentProcess, true)]

    private init(_ type: MessageType, _ routine: DriverRoutine, _ conditions: [(Check, Bool)]) {
        self.type = type
        self.routine = routine
        self.conditions = conditions.map { (check: $0.0, holds: $0.1) }
    }
}
