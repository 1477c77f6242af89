import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// The operations that send a given notification, without a routine (SYN-1, ASY-1).
enum NotificationRoutes {
    static let routes: [Route] = [
        .post("/v1/hosts/{host}/notifications/sync", "sendSyncNotification", sendSync),
        .post("/v1/hosts/{host}/notifications/async", "sendAsyncNotification", sendAsync),
    ]

    private static func sendSync(_ call: Call) throws(Problem) {
        let request: SyncNotificationRequest = try call.body()
        let host = try call.host()
        let data = try orProblem(request.data(on: host.driver))
        try orProblem(
            host.driver.sendSyncNotification(
                data, processId: request.processId, ioPriority: request.ioPriority, caller: call.callerTag
            ) { record in
                call.reply.sendObject { $0.member("message") { record.writeReport(to: &$0) } }
            })
    }

    private static func sendAsync(_ call: Call) throws(Problem) {
        let request: AsyncNotificationRequest = try call.body()
        let host = try call.host()
        let record = try orProblem(
            host.driver.sendAsyncNotification(
                request.operation, request.body, processId: request.processId, highPriority: request.highPriority,
                caller: call.callerTag))
        call.reply.sendObject(202) { $0.member("message") { record.writeReport(to: &$0) } }
    }
}
