import ArgumentParser
import Console

/// The service on which the hosts of cases are.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .customLong("server"),
        help:
            "Run the cases on hosts of this service, in real time: http or https with a numeric address or localhost and a port, or unix:PATH."
    )
    var url: String?

    @Option(help: "The file with the token, whose role must be admin.", completion: .file())
    var tokenFile: String?

    @OptionGroup var target: ServiceTargetOptions

    func check() throws(ValidationError) {
        if url == nil, tokenFile != nil || target.areGiven {
            throw ValidationError("--token-file, --ca-file and --insecure require --server")
        }
    }

    func client(_ url: String) throws(CommandFailure) -> ServiceClient {
        try target.client(url, by: "--server", tokenFile: tokenFile, agent: "wdfilterd-test")
    }
}
