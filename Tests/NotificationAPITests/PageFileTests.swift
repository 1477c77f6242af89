import Testing

@testable import NotificationAPI

/// The files of the page that are compiled in (UI-1, UI-2).
@Suite struct PageFileTests {
    @Test func `UI-1: each file is the one of the folder, so that a changed file changes the program`() throws {
        #expect(!NotificationAPI.pageFiles.isEmpty)
        for file in NotificationAPI.pageFiles {
            // A failure need not print both.
            let isCurrent = Array(try RepositoryFile("Sources/CDashboard/www/\(file.name)").text.utf8) == file.bytes
            #expect(isCurrent, "\(file.name)")
        }
    }

    @Test func `a file has the media type of its name`() {
        let types = ["html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"]
        for file in PageFile.all {
            let suffix = String(file.name.split(separator: ".").last ?? "")
            #expect(String(file.mediaType.essence) == types[suffix], "\(file.name)")
        }
        #expect(Set(PageFile.all.map(\.name)).count == PageFile.all.count)
    }

    @Test(arguments: ["localhost:1234", "[::1]:80", "lab", "10.0.0.1"])
    func `UI-2: the page names the address of the request`(host: String) {
        let page = StartPage(Array("<pre>curl -s 127.0.0.1:8080/v1</pre>".utf8))
        #expect(String(decoding: page.bytes(for: host), as: UTF8.self) == "<pre>curl -s \(host)/v1</pre>")
    }

    @Test(arguments: [nil, "", "<img src=x>", "a\"b", "a&b", "é", "a b"])
    func `UIS-4: a host that HTML would need to escape is not shown`(host: String?) {
        let text = Array("<pre>curl -s 127.0.0.1:8080/v1</pre>".utf8)
        #expect(StartPage(text).bytes(for: host) == text)
    }

    @Test func `UI-2: the page names the default address once`() throws {
        let index = try RepositoryFile("Sources/CDashboard/www/index.html").text
        #expect(index.ranges(of: StartPage.defaultAuthority).count == 1)
    }
}
