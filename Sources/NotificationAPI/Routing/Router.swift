import Bytes
import MicroHTTPD

/// A tree of path segments that finds the route of a request.
struct Router: Sendable {
    private struct Node: Sendable {
        /// Arrays: there are few, and comparing them is faster than hashing.
        var literals: [Literal] = []
        var parameter: Int?
        var routes: [Route] = []

        func child(_ name: Span<UInt8>) -> Int? {
            for index in literals.indices where literals[index].isNamed(name) { return literals[index].node }
            return nil
        }
    }

    private struct Literal: Sendable {
        let name: String
        let bytes: [UInt8]
        let node: Int

        init(_ name: String, node: Int) {
            self.name = name
            bytes = Array(name.utf8)
            self.node = node
        }

        // Compared here, so that the compiler sees that nothing needs to be retained.
        func isNamed(_ other: Span<UInt8>) -> Bool {
            guard bytes.count == other.count else { return false }
            for index in bytes.indices where bytes[index] != other[index] { return false }
            return true
        }
    }

    /// The result of matching a request.
    enum Match {
        case route(Route, parameters: PathParameters)
        /// The path exists, but supports only these methods.
        case otherMethods(String)
        case nothing
    }

    private var nodes = [Node()]

    init(_ routes: [Route]) {
        for route in routes {
            var node = 0
            for segment in RouteTemplate.segments(of: route.template) { node = child(of: node, for: segment) }
            nodes[node].routes.append(route)
        }
    }

    /// Finds the route for a method and the path of a target.
    ///
    /// - Complexity: O(segments).
    func match(_ method: Method, _ target: RequestTarget) -> Match {
        var node = 0
        var parameters = PathParameters()
        let isKnown = target.allSegmentsSatisfy { segment in
            if let next = nodes[node].child(segment) {
                node = next
            } else if let next = nodes[node].parameter, !segment.isEmpty {
                parameters.append(String(decoded: segment))
                node = next
            } else {
                return false
            }
            return true
        }
        if !isKnown || nodes[node].routes.isEmpty { return .nothing }
        let served = method == .head ? .get : method
        for route in nodes[node].routes where route.method == served { return .route(route, parameters: parameters) }
        var methods = nodes[node].routes.map(\.method)
        if methods.contains(.get) { methods.append(.head) }
        return .otherMethods(methods.map(\.rawValue).sorted().joined(separator: ", "))
    }

    /// The end of a sentence about a path that does not exist: the existing one that was probably meant, with its parameters
    /// filled in, or the names that may follow its known part.
    ///
    /// Looks at 12 segments at most: it is called before the client is authenticated.
    ///
    /// - Parameter path: the path as it was sent.
    func hint(for path: String) -> String {
        let given = path.split(separator: "/", maxSplits: 13).map(String.init)
        if given.count <= 12, path.utf8.count <= 300 {
            let first = correction(of: given)
            for correction in [first, correction(of: ["v1"] + given), correction(of: ["v1"] + given.dropFirst())] {
                if correction.isComplete { return "; did you mean \(correction.path)?" }
            }
            if !first.path.isEmpty, 1...20 ~= first.following.count {
                return ". \(first.path)/ is followed by \(first.following.joined(separator: ", "))."
            }
        }
        return ". GET /openapi.yaml describes all paths."
    }

    /// Replaces `segments` by the nearest names, as far as there are any.
    private func correction(of segments: [String]) -> (path: String, isComplete: Bool, following: [String]) {
        var node = 0
        var path = ""
        for segment in segments {
            let literals = nodes[node].literals
            let name = literals.map(\.name).nearest(to: segment)
            if let next = literals.first(where: { $0.name == segment }) ?? literals.first(where: { $0.name == name }) {
                path += "/" + next.name
                node = next.node
            } else if let next = nodes[node].parameter {
                path += "/" + segment
                node = next
            } else {
                return (path, false, literals.map(\.name).sorted())
            }
        }
        return (path, !nodes[node].routes.isEmpty, nodes[node].literals.map(\.name).sorted())
    }

    private mutating func child(of node: Int, for segment: RouteTemplate.Segment) -> Int {
        let known =
            switch segment {
            case .literal(let name): nodes[node].literals.first { $0.name == name }?.node
            case .parameter: nodes[node].parameter
            }
        if let known { return known }
        nodes.append(Node())
        switch segment {
        case .literal(let name): nodes[node].literals.append(Literal(name, node: nodes.count - 1))
        case .parameter: nodes[node].parameter = nodes.count - 1
        }
        return nodes.count - 1
    }
}

/// Splits path templates into segments.
enum RouteTemplate {
    enum Segment {
        case literal(String)
        case parameter
    }

    static func segments(of template: String) -> [Segment] {
        template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? .parameter : .literal(String($0)) }
    }
}
