public enum HexDump {}
