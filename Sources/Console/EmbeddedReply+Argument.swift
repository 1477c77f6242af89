public import ArgumentParser
public import Runtime

extension EmbeddedEngine.Reply: ExpressibleByArgument {}
