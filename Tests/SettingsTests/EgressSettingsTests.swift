import Settings
import Testing
import WebhookEngine

@Suite struct EgressSettingsTests {
    @Test func `ranges are lists, separated by commas in a variable`() throws {
        let text =
            "egress: {allowLoopback: false, allowedRanges: [10.1.0.0/16, '10.2.0.0/16'], deniedRanges: [8.0.0.0/8]}"
        let allowed = ["10.1.0.0/16", "10.2.0.0/16"]
        #expect(
            try load(text).egress
                == EgressRules(allowLoopback: false, allowedRanges: allowed, deniedRanges: ["8.0.0.0/8"]))
        let environment = [
            "WDFILTERD_EGRESS_ALLOWED_RANGES": "10.3.0.0/16,10.4.0.0/16", "WDFILTERD_EGRESS_ALLOW_LOOPBACK": "true",
        ]
        #expect(
            try load(text, environment: environment).egress
                == EgressRules(allowedRanges: ["10.3.0.0/16", "10.4.0.0/16"], deniedRanges: ["8.0.0.0/8"]))
    }

    @Test func `all faults are reported, each with its position`() {
        expectFaults(
            """
            egress:
              allowLoopback: yes
              allowedRanges:
                - 11.0.0.0/8
                - 10.0.0.0/8
                - [10.0.0.0/8]
                -
              deniedRanges: 10.0.0.0/8
              ranges: []
            """,
            environment: ["WDFILTERD_EGRESS_DENIED_RANGES": "8.0.0.0/8,b,", "WDFILTERD_EGRESS_ALLOWED": "x"],
            [
                "wdfilterd.yaml:2: egress.allowLoopback: \"yes\" is not true or false",
                "wdfilterd.yaml:4: egress.allowedRanges[0]: \"11.0.0.0/8\" is not within one of 10.0.0.0/8, "
                    + "100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, 198.18.0.0/15, fc00::/7; the setting has no "
                    + "effect on other addresses",
                "wdfilterd.yaml:6: egress.allowedRanges[2]: must be a single value, not a list",
                "wdfilterd.yaml:7: egress.allowedRanges[3]: has no value",
                "wdfilterd.yaml:8: egress.deniedRanges: must be a list; write [\"10.0.0.0/8\"]",
                "wdfilterd.yaml:9: egress.ranges: unknown setting; use one of allowLoopback, allowedRanges, deniedRanges",
                "WDFILTERD_EGRESS_ALLOWED: unknown setting; did you mean WDFILTERD_EGRESS_ALLOWED_RANGES?",
                "WDFILTERD_EGRESS_DENIED_RANGES: \"b\" is not ADDRESS/PREFIX, such as 10.0.0.0/8 or fd00::/8",
                "WDFILTERD_EGRESS_DENIED_RANGES: has no value",
            ])
    }
}
