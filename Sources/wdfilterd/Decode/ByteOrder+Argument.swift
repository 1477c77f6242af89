public import ArgumentParser
public import Dumps

extension ByteOrder: ExpressibleByArgument {}
