import CPCRE2
import Scenarios

/// A regular expression (PCRE2) whose matching is bounded in steps, depth and memory.
final class BoundedRegex: TextPattern {
    /// How often the matcher may call itself; a text of 32,766 units with a simple expression takes less.
    private static let matchLimit: UInt32 = 1_000_000
    /// How deep it may backtrack.
    private static let depthLimit: UInt32 = 100_000
    /// Memory for backtracking, KiB.
    private static let heapLimit: UInt32 = 20_000
    /// The longest expression in bytes.
    static let maxLength = 4096

    private let code: Code

    /// Compiled code: read only, so that any thread may use it.
    private struct Code: @unchecked Sendable {  // pcre2_code is never changed after compiling
        let pointer: OpaquePointer
    }

    /// Compiles `pattern`.
    ///
    /// - Throws: Why it is not an expression, a phrase.
    init(_ pattern: String) throws(PatternFault) {
        if pattern.utf8.count > Self.maxLength {
            throw PatternFault(detail: "has more than \(Self.maxLength) bytes")
        }
        guard let context = pcre2_compile_context_create_8(nil) else { throw PatternFault(detail: "not enough memory") }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_parens_nest_limit_8(context, 50)
        var (error, offset): (Int32, Int) = (0, 0)
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        // With a NUL, because PCRE2 takes no pointer to nothing.
        let compiled = (Array(pattern.utf8) + [0]).withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count - 1, options, &error, &offset, context)
        }
        guard let compiled else {
            throw PatternFault(detail: "\(BoundedRegex.message(of: error)) at character \(offset + 1)")
        }
        code = Code(pointer: compiled)
    }

    deinit { pcre2_code_free_8(code.pointer) }

    func isFound(in text: String) throws(PatternTooCostly) -> Bool {
        guard let context = pcre2_match_context_create_8(nil),
            let data = pcre2_match_data_create_8(1, nil)
        else { throw PatternTooCostly(detail: "not enough memory") }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        let result = (Array(text.utf8) + [0]).withUnsafeBufferPointer {
            pcre2_match_8(
                code.pointer, $0.baseAddress, $0.count - 1, 0, UInt32(PCRE2_NO_UTF_CHECK), data, context)
        }
        switch result {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        default: throw PatternTooCostly(detail: "regex: \(BoundedRegex.message(of: result))")
        }
    }

    private static func message(of error: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let length = pcre2_get_error_message_8(error, buffer.baseAddress, buffer.count)
            return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
        }
    }
}

/// Why a text is not a regular expression.
struct PatternFault: Error {
    /// Why, a phrase.
    let detail: String
}
