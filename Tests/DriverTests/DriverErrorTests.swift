import Driver
import Testing

@Suite struct DriverErrorTests {
    @Test(
        arguments: [
            (.unknownProcess(8), "no live process has the pid 8"),
            (.processExists(8), "a live process already has the pid 8"),
            (.systemProcess, "the System process cannot exit"),
            (.unknownThread(12), "the process has no thread 12"),
            (.threadExists(12), "a live thread already has the tid 12"),
            (.firstThread(12, of: 8), "the id 12 stands for the first thread of process 8"),
            (.unknownStreamContext, "there is no such stream context"),
            (.streamContextExists, "the file already has a stream context"),
            (.limitReached(.processes), "the host's limit of processes is reached"),
            (.limitReached(.threads), "the host's limit of threads is reached"),
            (.limitReached(.streamContexts), "the host's limit of stream contexts is reached"),
            (.limitReached(.drivers), "the host's limit of loaded drivers is reached"),
            (.limitReached(.textBytes), "the host's limit of bytes of names and command lines is reached"),
            (.invalidParameter("the message is too large"), "STATUS_INVALID_PARAMETER: the message is too large"),
            (.workerRunning, "the worker is running"),
            (.workerPaused, "the worker is paused"),
            (.workerStopped, "the worker was shut down"),
        ] as [(DriverError, String)])
    func `an error is described by a phrase`(error: DriverError, phrase: String) {
        #expect(error.description == phrase)
    }
}
