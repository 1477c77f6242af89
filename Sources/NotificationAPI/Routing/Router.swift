import Bytes
import MicroHTTPD

/// A tree of path segments that finds the route of a request.
struct Router: Sendable {
    private struct Node: Sendable {
        /// An array: there are few, and comparing them is faster than hashing.
        var literals: [(name: String, node: Int)] = []
        var parameter: Int?
        var routes: [Method: Route] = [:]
    }

    /// The result of matching a request.
    enum Match {
        case route(Route, parameters: [String])
        /// The path exists, but supports only these methods.
        case otherMethods(String)
        case nothing
    }

    private var nodes = [Node()]

    init(_ routes: [Route]) {
        for route in routes {
            var node = 0
            for segment in RouteTemplate.segments(of: route.template) { node = child(of: node, for: segment) }
            nodes[node].routes[route.method] = route
        }
    }

    /// Finds the route for a method and the segments of a path.
    ///
    /// - Complexity: O(segments).
    func match(_ method: Method, _ segments: [String]) -> Match {
        var node = 0
        var parameters: [String] = []
        for segment in segments {
            if let next = nodes[node].literals.first(where: { $0.name == segment }) {
                node = next.node
            } else if let next = nodes[node].parameter, !segment.isEmpty {
                parameters.append(segment)
                node = next
            } else {
                return .nothing
            }
        }
        let routes = nodes[node].routes
        if routes.isEmpty { return .nothing }
        if let route = routes[method == .head ? .get : method] { return .route(route, parameters: parameters) }
        var methods = routes.keys.map(\.rawValue)
        if routes[.get] != nil { methods.append(Method.head.rawValue) }
        return .otherMethods(methods.sorted().joined(separator: ", "))
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
        case .literal(let name): nodes[node].literals.append((name, nodes.count - 1))
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
