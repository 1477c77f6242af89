/// Ends the run with a finding unless `holds`; libFuzzer keeps the input. Unlike `precondition`, it prints the reason
/// in an optimized build too.
public func expect(
    _ holds: Bool, _ why: @autoclosure () -> String = "", file: StaticString = #fileID, line: UInt = #line
) {
    if !holds { finding(why(), file: file, line: line) }
}

/// Ends the run with a finding.
public func finding(_ why: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError(why, file: file, line: line)
}
