import Glibc
import TestSupport
import Testing

/// ASY-10, ASY-7: several hosts and clients at full rate, while engines stall, die, return garbage and recover, the
/// worker is paused and resumed, hosts are created and deleted, and readers of live streams hang.
///
/// `WDFILTERD_CHAOS_SECONDS` sets the duration, `WDFILTERD_CHAOS_SEED` repeats a run's random choices.
@Suite struct ChaosTests {
    @Test func `whatever happens, the sums hold, engines and driver agree, and nothing is left over`() async {
        let seed = ChaosTests.setting("WDFILTERD_CHAOS_SEED") ?? UInt64.random(in: 1...UInt64(UInt32.max))
        let seconds = ChaosTests.setting("WDFILTERD_CHAOS_SECONDS") ?? 5
        // Printed first, because a process that crashes prints nothing.
        print("chaos for \(seconds) s, seed \(seed)")
        // A separate process, so that descriptors and threads are its own.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            [seed = seed as UInt64, seconds = seconds as UInt64] in
            // The first run creates what a process keeps permanently: Dispatch's own descriptors and thread.
            _ = try ChaosRun(seed: seed, duration: .milliseconds(300)).run()
            let before = ProcessResources.now
            var outcome = try ChaosRun(seed: seed, duration: .seconds(seconds)).run()
            // Dispatch keeps idle threads for some seconds.
            let isBack = eventually {
                ProcessResources.now.descriptors <= before.descriptors && ProcessResources.now.threads <= before.threads
            }
            if !isBack { outcome.faults.append("before: \(before), after: \(ProcessResources.now)") }
            outcome.lines.append("before: \(before); after: \(ProcessResources.now)")
            print("\nchaos, seed \(seed)")
            for line in outcome.lines { print("  \(line)") }
            for fault in outcome.faults.prefix(20) { print("FAULT: \(fault)") }
            #expect(outcome.faults.isEmpty)
        }
        if let result { print(String(decoding: result.standardOutputContent, as: UTF8.self)) }
    }

    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
