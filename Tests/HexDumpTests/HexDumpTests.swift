import HexDump
import Testing
