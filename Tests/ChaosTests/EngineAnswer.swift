import TestSupport

/// An engine's answer to one request.
enum EngineAnswer {
    /// A complete answer after `after` milliseconds, 2xx or not.
    case whole([UInt8], isSuccess: Bool, after: Int)
    /// A complete 2xx answer, then the end of the connection. It states its length: if it ended with the connection,
    /// only the client would know whether it saw the end before it gave up.
    case last([UInt8])
    /// Part of an answer, then the end of the connection, orderly or with a RST.
    case cut([UInt8], withReset: Bool)
    /// Part of an answer, then nothing.
    case hang([UInt8])
    /// The same bytes every `every` milliseconds, forever.
    case trickle([UInt8], every: Int)

    /// A random answer to a request for `mode`.
    static func random(
        _ mode: FaultyEngine.Mode, for request: EngineRequest, using random: inout SplitMix
    ) -> EngineAnswer {
        switch mode {
        case .healthy, .deaf: success(request, after: 0, using: &random)
        case .slow: success(request, after: Int.random(in: 1...20, using: &random), using: &random)
        case .flaky:
            Bool.random(using: &random) ? success(request, after: 0, using: &random) : fault(using: &random)
        case .rubbish: fault(using: &random)
        case .stalled: .hang([])
        case .dead: .cut([], withReset: true)
        }
    }

    private static func success(
        _ request: EngineRequest, after milliseconds: Int, using random: inout SplitMix
    ) -> EngineAnswer {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .whole(head(204), isSuccess: true, after: milliseconds)
        // Counts as sent, although a sync message or a creation cannot use the reply.
        case 1: .whole(answer(200, #"{"operationType":"#), isSuccess: true, after: milliseconds)
        case 2: .last(head(200, "Connection: close\r\nContent-Length: 2\r\n") + Array("{}".utf8))
        default:
            .whole(
                answer(200, request.kind == "sync" ? #"{"operationType":\#(request.operationCode)}"# : "{}"),
                isSuccess: true, after: milliseconds)
        }
    }

    private static func fault(using random: inout SplitMix) -> EngineAnswer {
        switch Int.random(in: 0..<11, using: &random) {
        case 0: .whole(answer(500, "no"), isSuccess: false, after: 0)
        case 1: .whole(answer(404, ""), isSuccess: false, after: 0)
        case 2: .whole(head(302, "Location: http://127.0.0.1:9/\r\nContent-Length: 0\r\n"), isSuccess: false, after: 0)
        case 3: .cut(Array(answer(200, "{}").dropLast(1)), withReset: false)
        case 4: .cut(Array("HTTP/1.1 2".utf8), withReset: false)
        case 5: .cut([], withReset: true)
        case 6: .cut(answer(200, String(repeating: "x", count: 100_000)), withReset: false)
        case 7: .cut(Array("this is not HTTP\r\n\r\n".utf8), withReset: false)
        case 8: .hang(Array("HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n{".utf8))
        case 9: .trickle(Array("X-Drip: 1\r\n".utf8), every: 10)
        default: .hang([])
        }
    }

    private static func head(_ status: Int, _ fields: String = "") -> [UInt8] {
        Array("HTTP/1.1 \(status) X\r\n\(fields)\r\n".utf8)
    }

    private static func answer(_ status: Int, _ body: String) -> [UInt8] {
        head(status, "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n") + Array(body.utf8)
    }
}
