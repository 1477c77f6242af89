import Messages

extension Vocabulary {
    static let structures: [Term] = [
        structure(
            "MP_DATA", 0xDA00, "size 0xCC0; the driver's global MpData, from which all other structures are reached",
            in: "part 1"),
        structure("MP_ASYNC", 0xDA07, "size 0x180; the asynchronous queue", in: "part 2"),
        structure("MP_ASYNC_NOTIFICATION", 0xDA08, "size 0x18; an entry of the queue", in: "part 2"),
        structure(
            "MP_ASYNC_NOTIFICATION, freed", 0xBABA_FAFA, "its first bytes once it was sent or dropped", in: "part 2"),
        structure("ProcessCtx", 0xDA0F, "size 0xC0; a process context", in: "part 1"),
        structure("MP_PROCESS_TABLE", 0xDA13, "size 0x1C0, 128 list heads", in: "part 1"),
        structure("AsyncMessageData", 0x0002_015D, "a message that is queued or sent directly", in: "memory dumps"),
        structure("SyncMessageData", 0x5D, "header size 0x30; a synchronous message", in: "part 2"),
        structure("ReplyAsyncMessage", 0x5D, "size 0x60; the reply to CreateProcess", in: "part 1 and the header"),
        Term(
            "ReplySyncMessage", driverName: "ReplySyncMessage", .known("part 2 and the header"),
            "the reply to a synchronous message; no magic"),
        Term(
            "UNICODE_STRING", driverName: "UNICODE_STRING", .inferred("Windows upcases unit by unit"),
            "the name of a file or an image; compared by simple upper case, one UTF-16 unit to one"),
    ]

    private static func structure(_ name: String, _ magic: UInt64, _ meaning: String, in source: String) -> Term {
        Term(name, driverName: name, value: .hex(magic), .known(source), meaning)
    }
}
