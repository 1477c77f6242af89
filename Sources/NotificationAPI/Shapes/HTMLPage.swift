/// A page for browsers, without scripts and without anything from other sites.
struct HTMLPage {
    /// The title, which needs no escaping.
    let title: String
    /// The HTML of the body.
    let content: String

    /// The whole document.
    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title)</title>
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem;
               color: #1d2430; background: #fff }
        code, pre { font-family: ui-monospace, monospace; font-size: .9rem }
        pre { background: #f2f4f7; padding: 1rem; overflow-x: auto; border-radius: .4rem }
        a { color: #0b57d0 }
        @media (prefers-color-scheme: dark) {
          body { color: #e4e7ec; background: #14181f } pre { background: #1f2530 } a { color: #8ab4f8 }
        }
        </style>
        </head>
        <body>
        \(content)
        </body>
        </html>

        """
    }
}

extension String {
    /// The text as HTML, in which text between backticks is code.
    var html: String {
        var html = ""
        var isCode = false
        for scalar in unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "`":
                isCode.toggle()
                html += isCode ? "<code>" : "</code>"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }
}
