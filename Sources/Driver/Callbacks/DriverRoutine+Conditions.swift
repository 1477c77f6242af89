import Messages

// The ways through the routines, which read the results of their checks in this order.
extension DriverRoutine {
    /// Its conditions, the first one first; empty for a routine that no event triggers.
    public var conditions: [Condition] {
        switch self {
        case .createProcessNotifyEx: Self.processConditions
        case .createThreadNotify: Self.threadConditions
        case .createThreadNotifyEx: Self.threadExConditions
        case .loadImageNotify: Self.imageConditions
        case .sendSyncMonitorNotification, .asyncSendNotification: []
        }
    }

    private static let processConditions: [Condition] = [
        .branch(
            "PRC-7", .createInfo, then: .to("PRC-1", sending: .direct(.createProcess)),
            else: .end(sending: .async(.createProcess))),
        .branch("PRC-1", .hasCreateThreadNotifyRoutineEx, then: .to("PRC-3/1"), else: .to("PRC-3/2")),
        .branch("PRC-3/1", .accessDenied, then: .end, else: .to("PRC-5")),
        .branch("PRC-5", .ruleNotifyProcessCmdLineAtCreation, then: .end, else: .end),
        .branch("PRC-3/2", .accessDenied, then: .end, else: .end),
    ]

    private static let threadConditions: [Condition] = [
        .guard(
            "THR-1/1", .create, then: .to("THR-1/2"), otherwise: "The thread was deleted, not created.",
            .text("Create a thread.")),
        .guard(
            "THR-1/2", .targetIsNotSystem, then: .to("THR-1/3"), otherwise: "The new thread runs in System.",
            .text("Create the thread in a process other than System.")),
        .guard(
            "THR-1/3", .isNotSystemThread, then: .to("THR-2/1"),
            otherwise: "A system thread of {process} created the thread.",
            .text("Create the thread by a thread that is not a system thread.")),
        .guard(
            "THR-2/1", .creatorContext, then: .to("THR-2/2"),
            otherwise: "{process} does not have a context: it exited, or its creation was not reported to this host.",
            .text("Create {process} on this host before it creates the thread.")),
        .branch("THR-2/2", .sameProcess, then: .to("THR-3"), else: .to("THR-4")),
        .guard(
            "THR-3", .ruleNewThreadSameProcess, then: .end(sending: .sync(.newThreadSameProcess)),
            rule: .notifyNewThreadSameProcess),
        .guard(
            "THR-4", .ruleNewThreadDifferentProcess,
            then: .end(sending: .sync(.newThreadDifferentProcess), .async(.createThread)),
            rule: .notifyNewThreadDifferentProcess),
    ]

    private static let threadExConditions: [Condition] = [
        .guard(
            "TEX-1/1", .createThreadNotifyLock, then: .to("TEX-1/2"),
            otherwise:
                "CreateThreadNotifyLock is 0: no process that was created with NotifyProcessCmdLine is left to check.",
            .text("Create a process with NotifyProcessCmdLine: CreateThreadNotifyLock counts it at its creation only.")),
        .guard(
            "TEX-1/2", .createEx, then: .to("TEX-1/3"), otherwise: "The thread was deleted, not created.",
            .text("Create a thread.")),
        .guard(
            "TEX-1/3", .currentIsNotSystem, then: .to("TEX-1/4"), otherwise: "The new thread runs in System.",
            .text("Create the thread in a process other than System.")),
        .guard(
            "TEX-1/4", .currentContext, then: .to("TEX-1/5"),
            otherwise: "{process} does not have a context: it exited before its new thread ran.",
            .text("Create the thread in a process that keeps running.")),
        .guard(
            "TEX-1/5", .flagThreadNotifyRoutineExSet, then: .to("TEX-1/6"),
            otherwise: Remedy.lack(of: ProcessFlags.threadNotifyRoutineExSet), .set(.threadNotifyRoutineExSet)),
        .guard("TEX-1/6", .ruleNotifyProcessCmdLine, then: .to("TEX-2"), rule: .notifyProcessCmdLine),
        .guard(
            "TEX-2", .commandLineDiffers, then: .end(sending: .sync(.newThreadAndCmdLine)),
            otherwise: "The command line of {process} is still the one from its creation.",
            .text("Change the current command line of {process} before its first thread is created.")),
    ]

    private static let imageConditions: [Condition] = [
        .branch("IMG-1/1", .systemModeImage, then: .to("IMG-1/2"), else: .to("IMG-1/2")),
        .guard(
            "IMG-1/2", .loaderContext, then: .to("IMG-2"),
            otherwise: "{image} was loaded with ProcessId 0, so it does not belong to a process.",
            .text("Load the image in a process: give its pid.")),
        .branch(
            "IMG-2", .flagImageWow64cpuLoaded, then: .to("IMG-4/1", sending: .direct(.wow64cpuLoad)),
            else: .to("IMG-3/1"),
            otherwise: (Remedy.lack(of: ProcessFlags.imageWow64cpuLoaded), .set(.imageWow64cpuLoaded))),
        .branch("IMG-3/1", .ruleNotifyWow64cpuLoad, then: .to("IMG-3/2"), else: .to("IMG-4/1")),
        .branch("IMG-3/2", .isWow64cpu, then: .to("IMG-4/1"), else: .to("IMG-4/1")),
        .branch(
            "IMG-4/1", .extendedInfoPresent, then: .to("IMG-4/2"), else: .to("IMG-4/4"),
            otherwise: (
                "{image} was loaded without a file object, so it does not have a stream context.",
                .text("Load the image with extendedInfoPresent true.")
            )),
        .branch(
            "IMG-4/2", .streamContext, then: .to("IMG-4/3"), else: .to("IMG-4/4"),
            otherwise: ("{image} does not have a stream context.", .createStreamContext(.notifyImageLoadRule))),
        .branch(
            "IMG-4/3", .ruleImageLoadPerStream, then: .to("IMG-4/4", sending: .sync(.newImageLoadPerStream)),
            else: .to("IMG-4/4"),
            otherwise: (
                "The stream context of {image} does not have NotifyImageLoadRule.",
                .set(StreamContextRules.notifyImageLoadRule)
            )),
        .branch(
            "IMG-4/4", .ruleImageLoadPerProcess, then: .to("IMG-4/5", sending: .sync(.newImageLoadPerProcess)),
            else: .to("IMG-4/5"),
            otherwise: (Remedy.lack(of: ProcessRules.notifyImageLoadRule), .set(ProcessRules.notifyImageLoadRule))),
        .guard(
            "IMG-4/5", .asyncImageLoad, then: .end(sending: .async(.loadImage)),
            otherwise: "{process} has \(ProcessRules.suppressAsyncImageLoad.names.joined()).",
            .clear(.suppressAsyncImageLoad)),
    ]
}
