/// The parameters of a path, in the order of the template. A template has at most three.
struct PathParameters: Sendable {
    // In place, so that finding a route does not allocate.
    private(set) var values: InlineArray<3, String> = .init(repeating: "")
    private(set) var count = 0

    mutating func append(_ value: String) {
        values[count] = value
        count += 1
    }
}

extension PathParameters: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }

    subscript(index: Int) -> String {
        precondition(index < count, "the path has \(count) parameters")
        return values[index]
    }
}
