import Bytes
import MicroHTTPD

/// The page and its files (UI-2). They need no token: the page asks for one.
enum PageRoutes {
    static let routes: [Route] = [
        .get("/", "getRoot", produces: [.html]) { call in
            let page = StartPage.compiledIn.bytes(for: call.context.head.headers["Host"])
            call.reply.send(.html, page, tag: page.withUnsafeBytes { EntityTag(of: $0) })
        },
        .get("/ui/{file}", "getPageFile", produces: [], file),
    ]

    /// Whether the request is for the folder of the files, which is where the page is looked for by mistake.
    static func isForFolder(_ head: RequestHead) -> Bool {
        (head.method == .get || head.method == .head) && ["/ui", "/ui/"].contains(head.target.path)
    }

    private static func file(_ call: Call) throws(Problem) {
        let name = call.context.pathParameters[0]
        guard let file = PageFile.named(name) else {
            throw Problem(.notFound, "The page has no file \(name.quoted()).")
        }
        call.reply.send(file.mediaType, constant: file.content, tag: file.tag)
    }
}
