import Glibc

/// Runs each lookup on its own thread. A resolver that does not answer blocks its thread until it gives up;
/// `LookUpState` limits the number of threads.
final class LookUps: Sendable {
    private let resolver: any NameResolver
    private let report: @Sendable (_ number: UInt64, _ name: String, Result<[IPAddress], LookUpFailure>) -> Void

    /// Creates lookups by `resolver`; `report` is called on the thread of the lookup.
    init(
        by resolver: any NameResolver,
        report: @escaping @Sendable (_ number: UInt64, _ name: String, Result<[IPAddress], LookUpFailure>) -> Void
    ) {
        self.resolver = resolver
        self.report = report
    }

    /// Starts a lookup.
    ///
    /// - Throws: `LookUpFailure` if no thread can be created.
    func start(_ number: UInt64, _ name: String) throws(LookUpFailure) {
        let work = Work(number: number, name: name, lookUps: self)
        let context = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                WebhookThread.blockSignals()
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw LookUpFailure(text: "no thread: " + String(cString: strerror(result)))
        }
        let detached = pthread_detach(thread)
        assert(detached == 0, "pthread_detach: \(detached)")
    }

    private final class Work: Sendable {
        let number: UInt64
        let name: String
        let lookUps: LookUps

        init(number: UInt64, name: String, lookUps: LookUps) {
            self.number = number
            self.name = name
            self.lookUps = lookUps
        }

        func run() {
            let result: Result<[IPAddress], LookUpFailure>
            do throws(LookUpFailure) {
                result = .success(try lookUps.resolver.addresses(of: name))
            } catch {
                result = .failure(error)
            }
            lookUps.report(number, name, result)
        }
    }
}
