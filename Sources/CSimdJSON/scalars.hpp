#ifndef CSIMDJSON_SCALARS_HPP
#define CSIMDJSON_SCALARS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "CSimdJSON.h"

/// The bytes of one token.
struct Token {
    const uint8_t *start;
    const uint8_t *end;

    size_t size() const { return size_t(end - start); }
};

inline bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }
inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

/// Fills `node` from a number in the grammar of RFC 8259; false if `token` is not a number.
inline bool read_number(Token token, csj_node &node) {
    const uint8_t *at = token.start;
    const uint8_t *end = token.end;
    bool wide = false;
    uint64_t magnitude = 0;
    if (*at == '-') {
        node.negative = true;
        at++;
    }
    const uint8_t *digits = at;
    for (; at < end && is_digit(*at); at++) {
        wide |= __builtin_mul_overflow(magnitude, 10, &magnitude);
        wide |= __builtin_add_overflow(magnitude, uint64_t(*at - '0'), &magnitude);
    }
    if (at == digits || (*digits == '0' && at - digits > 1)) return false;
    node.kind = csj_kind_integer;
    if (at < end && *at == '.') {
        node.kind = csj_kind_number;
        const uint8_t *fraction = ++at;
        while (at < end && is_digit(*at)) at++;
        if (at == fraction) return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        node.kind = csj_kind_number;
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        const uint8_t *exponent = at;
        while (at < end && is_digit(*at)) at++;
        if (at == exponent) return false;
    }
    if (at != end) return false;
    node.wide = wide;
    node.magnitude = magnitude;
    node.text = token.start;
    node.length = uint32_t(token.size());
    return true;
}

/// The number of bytes that `equal_bytes` compares.
constexpr ptrdiff_t block_size = 16;

/// A bit mask of the bytes at `block` that equal `byte`.
inline uint32_t equal_bytes(const uint8_t *block, uint8_t byte) {
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(block));
    return uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(char(byte)))));
#else
    uint32_t found = 0;
    for (ptrdiff_t i = 0; i < block_size; i++) found |= uint32_t(block[i] == byte) << i;
    return found;
#endif
}

/// The first backslash of `text`, or NULL. May read any bytes before `limit`.
inline const uint8_t *find_backslash(Token text, const uint8_t *limit) {
    const uint8_t *block = text.start;
    for (; limit - block >= block_size; block += block_size) {
        if (block >= text.end) return nullptr;
        if (uint32_t found = equal_bytes(block, '\\'); found != 0) {
            const uint8_t *first = block + __builtin_ctz(found);
            return first < text.end ? first : nullptr;
        }
    }
    if (block >= text.end) return nullptr;
    return static_cast<const uint8_t *>(std::memchr(block, '\\', size_t(text.end - block)));
}

struct Unescaped {
    csj_status status;
    const uint8_t *at;  ///< The invalid escape.
    size_t length;
    bool nul;
};

/// The value of the four hex digits at `at`; negative if there are not four before `end`.
inline int32_t hex4(const uint8_t *at, const uint8_t *end) {
    if (end - at < 4) return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t byte = at[i], lower = uint8_t(byte | 0x20);
        int32_t digit = is_digit(byte) ? byte - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

inline uint8_t *put_utf8(int32_t scalar, uint8_t *out) {
    if (scalar < 0x80) {
        *out++ = uint8_t(scalar);
        return out;
    }
    if (scalar < 0x800) {
        *out++ = uint8_t(0xC0 | scalar >> 6);
    } else {
        if (scalar < 0x10000) {
            *out++ = uint8_t(0xE0 | scalar >> 12);
        } else {
            *out++ = uint8_t(0xF0 | scalar >> 18);
            *out++ = uint8_t(0x80 | (scalar >> 12 & 0x3F));
        }
        *out++ = uint8_t(0x80 | (scalar >> 6 & 0x3F));
    }
    *out++ = uint8_t(0x80 | (scalar & 0x3F));
    return out;
}

/// Reads the scalar of an escape after its `\u`, and advances past it.
inline csj_status read_unicode_escape(const uint8_t *&at, const uint8_t *end, int32_t &scalar) {
    scalar = hex4(at, end);
    if (scalar < 0) return csj_status_invalid_escape;
    at += 4;
    if (scalar < 0xD800 || scalar > 0xDFFF) return csj_status_ok;
    int32_t low = end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2, end) : -1;
    if (scalar > 0xDBFF || low < 0xDC00 || low > 0xDFFF) return csj_status_lone_surrogate;
    at += 6;
    scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
    return csj_status_ok;
}

/// A mask of the escaped bytes of a block: every second byte in a run of backslashes, and the byte after a run of odd
/// length.
///
/// - `carried`: whether the first byte is escaped; becomes whether the first byte of the next block is.
inline uint32_t escaped_bytes(uint32_t backslashes, uint32_t &carried) {
    constexpr uint32_t even = 0x5555;
    backslashes &= ~carried;
    uint32_t follows = backslashes << 1 | carried;
    // Adding a run's first bit to the run carries to the bit after it.
    uint32_t behind_odd = (backslashes & ~even & ~follows) + backslashes;
    carried = behind_odd >> block_size & 1;
    return (even ^ behind_odd << 1) & follows & 0xFFFF;
}

struct EscapeCheck {
    csj_status status;
    const uint8_t *at;  ///< The invalid escape.
    bool any;
};

/// Checks the escapes of a document that is valid otherwise.
inline EscapeCheck check_escapes(Token document) {
    bool any = false;
    uint32_t carried = 0;
    const uint8_t *behind = document.start;  // the end of the last Unicode escape, which may have two parts
    for (const uint8_t *block = document.start; block < document.end; block += block_size) {
        uint8_t padded[block_size];
        const uint8_t *bytes = block;
        if (document.end - block < block_size) {
            std::memset(padded, 0, sizeof padded);
            std::memcpy(padded, block, size_t(document.end - block));
            bytes = padded;
        }
        uint32_t backslashes = equal_bytes(bytes, '\\');
        if ((backslashes | carried) == 0) continue;
        any = true;
        uint32_t special = escaped_bytes(backslashes, carried);
        // Most escapes are `\\` in Windows paths.
        special &= ~equal_bytes(bytes, '\\');
        if (special == 0) continue;
        for (uint8_t simple : {'n', 'r', 't', '"', '/', 'b', 'f'}) special &= ~equal_bytes(bytes, simple);
        for (; special != 0; special &= special - 1) {
            const uint8_t *at = block + __builtin_ctz(special);
            if (at < behind) continue;
            if (at >= document.end || *at != 'u') return {csj_status_invalid_escape, at - 1, any};
            behind = at + 1;
            int32_t scalar = 0;
            csj_status status = read_unicode_escape(behind, document.end, scalar);
            if (status != csj_status_ok) return {status, at - 1, any};
        }
    }
    if (carried != 0) return {csj_status_invalid_escape, document.end - 1, any};
    return {csj_status_ok, nullptr, any};
}

/// Writes `text` to `out` with its escapes resolved; the first one is at `backslash`.
inline Unescaped unescape(Token text, const uint8_t *backslash, uint8_t *out) {
    uint8_t *begin = out;
    const uint8_t *at = text.start;
    bool nul = false;
    while (backslash != nullptr) {
        std::memcpy(out, at, size_t(backslash - at));
        out += backslash - at;
        at = backslash + 1;
        if (at == text.end) return {csj_status_invalid_escape, backslash, 0, false};
        switch (*at++) {
        case '"': *out++ = '"'; break;
        case '\\': *out++ = '\\'; break;
        case '/': *out++ = '/'; break;
        case 'b': *out++ = '\b'; break;
        case 'f': *out++ = '\f'; break;
        case 'n': *out++ = '\n'; break;
        case 'r': *out++ = '\r'; break;
        case 't': *out++ = '\t'; break;
        case 'u': {
            int32_t scalar = 0;
            csj_status status = read_unicode_escape(at, text.end, scalar);
            if (status != csj_status_ok) return {status, backslash, 0, false};
            nul |= scalar == 0;
            out = put_utf8(scalar, out);
            break;
        }
        default: return {csj_status_invalid_escape, backslash, 0, false};
        }
        backslash = static_cast<const uint8_t *>(std::memchr(at, '\\', size_t(text.end - at)));
    }
    std::memcpy(out, at, size_t(text.end - at));
    out += text.end - at;
    return {csj_status_ok, nullptr, size_t(out - begin), nul};
}

struct Located {
    csj_status status;
    size_t offset;
};

/// Length of the UTF-8 sequence at `at`; 0 if it is invalid.
inline size_t utf8_length(const uint8_t *at, const uint8_t *end) {
    uint8_t lead = *at;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size_t(end - at) < wanted) return 0;
    for (size_t i = 1; i < wanted; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    bool out_of_range = (lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F) ||
                        (lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F);
    return out_of_range ? 0 : wanted;
}

/// Searches byte by byte for the fault that the first stage found without giving a position.
inline Located locate_fault(Token document) {
    const uint8_t *string = nullptr;
    for (const uint8_t *at = document.start; at < document.end;) {
        size_t length = utf8_length(at, document.end);
        if (length == 0) return {csj_status_invalid_utf8, size_t(at - document.start)};
        if (string == nullptr) {
            if (*at == '"') string = at;
            // The first stage lets it escape a quote even outside a string.
            if (*at == '\\') return {csj_status_expected_value, size_t(at - document.start)};
        } else if (*at < 0x20) {
            return {csj_status_control_character, size_t(at - document.start)};
        } else if (*at == '"') {
            string = nullptr;
        } else if (*at == '\\' && document.end - at > 1 && (at[1] == '"' || at[1] == '\\')) {
            length = 2;
        }
        at += length;
    }
    if (string != nullptr) return {csj_status_unclosed_string, size_t(string - document.start)};
    return {csj_status_expected_value, 0};
}

#endif
