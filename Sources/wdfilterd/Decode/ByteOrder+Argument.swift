public import ArgumentParser
public import Bytes

extension ByteOrder: ExpressibleByArgument {}
