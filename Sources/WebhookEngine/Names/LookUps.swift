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
        let started = DetachedThread.start { [resolver, report] in
            let result: Result<[IPAddress], LookUpFailure>
            do throws(LookUpFailure) {
                result = .success(try resolver.addresses(of: name))
            } catch {
                result = .failure(error)
            }
            report(number, name, result)
        }
        if started != 0 { throw LookUpFailure(text: "no thread: " + String(cString: strerror(started))) }
    }
}
