public import Driver
public import DriverJSON
public import Engines
public import JSON

/// An action with its names replaced by pids and ids.
public enum HostCall: Sendable {
    case createProcess(Body<ProcessCreation>, parent: UInt32?, creator: UInt32?)
    case exitProcess(UInt32)
    case createThread(Body<ThreadCreation>, target: UInt32, creator: UInt32?)
    case deleteThread(UInt32, of: UInt32)
    case loadImage(Body<ImageLoad>, by: UInt32)
    case loadDriver(Body<DriverLoad>)
    case createStream(Body<StreamContextCreation>)
    case deleteStream(UInt64)
    case setRules(of: UInt32, Body<WordChange<ProcessRules>>)
    case setFlags(of: UInt32, Body<WordChange<ProcessFlags>>)
    case setStreamRules(of: UInt64, Body<WordChange<StreamContextRules>>)
    case setCommandLine(of: UInt32, String)
    /// A raw notification with its complete body.
    case notify(isSync: Bool, JSONTree)
    case replay(ReplayPlan)
    case worker(Action.Worker)
    case setConfig(Body<DriverConfigChange>)
    case setEngine(Body<EngineSetting>)
    case setRulePolicies(Body<RulePolicyList>)
    /// Waits until the worker has nothing queued and nothing in hand, or is paused or stopped. Need not be done once `within` is
    /// over.
    case settle(within: Duration)
}
