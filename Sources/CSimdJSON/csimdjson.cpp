#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "scalars.hpp"

// Only simdjson's first stage is used, through the interface of its own front ends: it checks the UTF-8 and finds where
// tokens start. Its DOM rejects a whole document because of one integer beyond 64 bits, and does not report where it
// stopped. Nothing here throws: allocations report failure by NULL.

namespace {

constexpr size_t largest_document = 0xFFFFFFF0;
constexpr size_t retained_bytes = size_t(8) << 20;

template <typename Element>
struct Buffer {
    Element *elements = nullptr;
    size_t capacity = 0;

    ~Buffer() { std::free(elements); }

    bool reserve(size_t wanted) {
        if (wanted <= capacity) return true;
        size_t doubled = capacity * 2 > wanted ? capacity * 2 : wanted;
        auto *grown = static_cast<Element *>(std::realloc(elements, doubled * sizeof(Element)));
        if (grown == nullptr) return false;
        elements = grown;
        capacity = doubled;
        return true;
    }
};

}  // namespace

struct csj_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
    Buffer<csj_node> nodes;
    /// The `name_length` of each node, truncated to a byte. `csj_member` searches these.
    Buffer<uint8_t> name_lengths;
    Buffer<uint8_t> text;
    size_t text_used = 0;

    bool prepare(size_t length) {
        if (indexer == nullptr) {
            size_t capacity = length < 4096 ? 4096 : length;
            return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, indexer) ==
                   simdjson::SUCCESS;
        }
        if (length <= indexer->capacity()) return true;
        size_t doubled = indexer->capacity() * 2;
        size_t capacity = length > doubled ? length : doubled < largest_document ? doubled : largest_document;
        return indexer->allocate(capacity, 1) == simdjson::SUCCESS;
    }

    size_t footprint() const {
        size_t indexes = indexer == nullptr ? 0 : indexer->capacity() * sizeof(uint32_t);
        return indexes + nodes.capacity * sizeof(csj_node) + name_lengths.capacity + text.capacity;
    }
};

namespace {

/// The second stage: from token starts to nodes.
class Walk {
public:
    Walk(csj_parser &parser, const uint8_t *bytes, size_t length, uint32_t max_depth, bool leaves_raw)
        : parser(parser), bytes(bytes), length(length), max_depth(max_depth), leaves_raw(leaves_raw),
          starts(parser.indexer->structural_indexes.get()), token_count(parser.indexer->n_structural_indexes) {}

    size_t offset = 0;
    uint32_t count = 0;

    csj_status run() {
        for (;;) {
            if (csj_status status = value(); status != csj_status_ok) return status;
            if (opened) continue;
            for (;;) {
                if (container == csj_no_parent) {
                    return next == token_count ? csj_status_ok : fail(csj_status_trailing_content);
                }
                csj_node &node = parser.nodes.elements[container];
                bool object = node.kind == csj_kind_object;
                uint8_t byte = peek();
                if (byte == ',') {
                    next++;
                    if (object && leaves_raw) plain_members();
                    if (csj_status status = object ? name() : csj_status_ok; status != csj_status_ok) return status;
                    break;
                }
                if (byte != (object ? '}' : ']')) return fail(csj_status_expected_separator);
                next++;
                depth--;
                node.next = count;
                container = node.parent;
            }
        }
    }

private:
    csj_parser &parser;
    const uint8_t *bytes;
    size_t length;
    uint32_t max_depth;
    bool leaves_raw;
    const uint32_t *starts;
    uint32_t token_count;
    uint32_t next = 0;
    uint32_t depth = 0;
    uint32_t container = csj_no_parent;
    bool opened = false;
    struct { const uint8_t *text = nullptr; uint32_t length = 0; bool nul = false; } member;

    /// The first byte of the next token; at the end 0, which starts no token.
    uint8_t peek() const { return next < token_count ? bytes[starts[next]] : 0; }

    /// `status` at the next token; if there is none, the end of input.
    csj_status fail(csj_status status) {
        offset = next < token_count ? starts[next] : length;
        return next < token_count ? status : csj_status_unexpected_end;
    }

    /// Takes the next token, without the white space that follows it.
    Token take() {
        size_t start = starts[next++];
        size_t end = next < token_count ? starts[next] : length;
        while (end > start + 1 && is_space(bytes[end - 1])) end--;
        return {bytes + start, bytes + end};
    }

    /// Takes plain members of the open object until one is not plain. A plain member has a name without escapes, a
    /// string or number as its value, no white space after either, and a comma. Records contain little else; the rest
    /// of the walk handles the other members.
    void plain_members() {
        csj_node *nodes = parser.nodes.elements;
        uint8_t *name_lengths = parser.name_lengths.elements;
        size_t room = parser.nodes.capacity;
        const uint8_t *text = bytes;
        const uint32_t *token = starts + next;
        const uint32_t *last = starts + token_count;
        uint32_t index = count, position = nodes[container].length;
        for (; last - token > 4 && index < room; token += 4, index++, position++) {
            uint32_t name = token[0] + 1, colon = token[1], value = token[2], comma = token[3];
            bool plain = text[name - 1] == '"' && text[colon] == ':' && text[colon - 1] == '"' && name < colon &&
                         text[comma] == ',';
            if (!plain || find_backslash({text + name, text + colon - 1}, text + length) != nullptr) break;
            csj_node node = {};
            node.name = text + name;
            node.name_length = colon - 1 - name;
            node.next = index + 1;
            node.parent = container;
            node.position = position;
            if (text[value] == '"') {
                if (text[comma - 1] != '"' || comma - value < 2) break;
                node.text = text + value + 1;
                node.length = comma - value - 2;
                node.kind = csj_kind_string;
                node.raw = true;
            } else if (!read_number({text + value, text + comma}, node)) {
                break;
            }
            nodes[index] = node;
            name_lengths[index] = uint8_t(node.name_length);
        }
        next = uint32_t(token - starts);
        count = index;
        nodes[container].length = position;
    }

    csj_status name() {
        if (peek() != '"') return fail(csj_status_expected_name);
        csj_status status = string(member.text, member.length, member.nul, false);
        if (status != csj_status_ok) return status;
        if (peek() != ':') return fail(csj_status_expected_colon);
        next++;
        return csj_status_ok;
    }

    csj_status value() {
        opened = false;
        // The lengths are searched in whole blocks.
        if (!parser.nodes.reserve(size_t(count) + 1)) return csj_status_out_of_memory;
        if (!parser.name_lengths.reserve(parser.nodes.capacity + block_size)) return csj_status_out_of_memory;
        uint32_t self = count++;
        csj_node &node = parser.nodes.elements[self];
        node = {};
        node.parent = container;
        node.next = count;
        parser.name_lengths.elements[self] = 0;
        if (container != csj_no_parent) {
            csj_node &parent = parser.nodes.elements[container];
            node.position = parent.length++;
            if (parent.kind == csj_kind_object) {
                node.name = member.text;
                node.name_length = member.length;
                parser.name_lengths.elements[self] = uint8_t(member.length);
            }
        }
        switch (peek()) {
        case '{': return open(self, csj_kind_object, '}');
        case '[': return open(self, csj_kind_array, ']');
        case '"': {
            node.kind = csj_kind_string;
            bool nul = false;
            csj_status status = string(node.text, node.length, nul, leaves_raw);
            node.nul = nul;
            node.raw = leaves_raw;
            return status;
        }
        case 't': return literal(node, csj_kind_true, "true", 4);
        case 'f': return literal(node, csj_kind_false, "false", 5);
        case 'n': return literal(node, csj_kind_null, "null", 4);
        case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
            Token token = take();
            if (!read_number(token, node)) {
                next--;
                return fail(csj_status_invalid_number);
            }
            return csj_status_ok;
        }
        default: return fail(csj_status_expected_value);
        }
    }

    csj_status open(uint32_t self, csj_kind kind, uint8_t close) {
        if (depth == max_depth) return fail(csj_status_too_deep);
        next++;
        parser.nodes.elements[self].kind = kind;
        if (peek() == close) {
            next++;
            return csj_status_ok;
        }
        depth++;
        opened = true;
        container = self;
        return kind == csj_kind_object ? name() : csj_status_ok;
    }

    csj_status literal(csj_node &node, csj_kind kind, const char *word, size_t word_length) {
        Token token = take();
        if (token.size() != word_length || std::memcmp(token.start, word, word_length) != 0) {
            next--;
            return fail(csj_status_expected_value);
        }
        node.kind = kind;
        return csj_status_ok;
    }

    /// Takes a string. One with escapes is unescaped into the parser's own buffer, unless it is to stay raw.
    csj_status string(const uint8_t *&text, uint32_t &text_length, bool &nul, bool stays_raw) {
        Token token = take();
        nul = false;
        if (token.size() < 2 || token.end[-1] != '"') {
            offset = size_t(token.start - bytes);
            return csj_status_unclosed_string;
        }
        Token inner = {token.start + 1, token.end - 1};
        const uint8_t *backslash = stays_raw ? nullptr : find_backslash(inner, bytes + length);
        if (backslash == nullptr) {
            text = inner.start;
            text_length = uint32_t(inner.size());
            return csj_status_ok;
        }
        // Unescaped text is never longer than escaped text. So this is enough room for all strings of the document, and
        // the buffer never moves while nodes point into it.
        if (parser.text_used == 0 && !parser.text.reserve(length)) return csj_status_out_of_memory;
        uint8_t *out = parser.text.elements + parser.text_used;
        Unescaped result = unescape(inner, backslash, out);
        if (result.status != csj_status_ok) {
            offset = size_t(result.at - bytes);
            return result.status;
        }
        text = out;
        text_length = uint32_t(result.length);
        parser.text_used += result.length;
        nul = result.nul;
        return csj_status_ok;
    }
};

csj_outcome parse(
    csj_parser &parser, const uint8_t *bytes, size_t length, uint32_t max_depth, bool leaves_raw) {
    if (length > largest_document) return {nullptr, 0, csj_status_too_large, 0};
    if (length == 0) return {nullptr, 0, csj_status_empty, 0};
    if (!parser.prepare(length)) return {nullptr, 0, csj_status_out_of_memory, 0};
    switch (parser.indexer->stage1(bytes, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return {nullptr, 0, csj_status_empty, length};
    case simdjson::MEMALLOC: return {nullptr, 0, csj_status_out_of_memory, 0};
    default: {
        Located located = locate_fault({bytes, bytes + length});
        return {nullptr, 0, located.status, located.offset};
    }
    }
    parser.text_used = 0;
    Walk walk(parser, bytes, length, max_depth, leaves_raw);
    csj_status status = walk.run();
    if (status != csj_status_ok) return {nullptr, 0, status, walk.offset};
    if (leaves_raw) {
        // The walk has validated the whole document except for the content of strings, so every backslash is in a
        // string.
        EscapeCheck check = check_escapes({bytes, bytes + length});
        if (check.status != csj_status_ok) return {nullptr, 0, check.status, size_t(check.at - bytes)};
        if (check.any && !parser.text.reserve(length)) return {nullptr, 0, csj_status_out_of_memory, 0};
    }
    return {parser.nodes.elements, walk.count, csj_status_ok, 0};
}

thread_local std::unique_ptr<csj_parser> idle;

}  // namespace

csj_parser *csj_parser_create(void) { return new (std::nothrow) csj_parser; }

void csj_parser_destroy(csj_parser *parser) { delete parser; }

csj_parser *csj_parser_borrow(void) { return idle != nullptr ? idle.release() : csj_parser_create(); }

void csj_parser_give_back(csj_parser *parser) {
    if (idle != nullptr || parser->footprint() > retained_bytes) {
        delete parser;
    } else {
        idle.reset(parser);
    }
}

csj_outcome csj_parse(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth) {
    return parse(*parser, bytes, length, max_depth, false);
}

csj_outcome csj_parse_raw(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth) {
    return parse(*parser, bytes, length, max_depth, true);
}

csj_node csj_resolve(csj_parser *parser, uint32_t index) {
    csj_node &node = parser->nodes.elements[index];
    if (!node.raw) return node;
    node.raw = false;
    Token text = {node.text, node.text + node.length};
    const uint8_t *backslash = find_backslash(text, text.end);
    if (backslash == nullptr) return node;
    uint8_t *out = parser->text.elements + parser->text_used;
    Unescaped result = unescape(text, backslash, out);
    node.text = out;
    node.length = uint32_t(result.length);
    node.nul = result.nul;
    parser->text_used += result.length;
    return node;
}

uint32_t csj_member(const csj_parser *parser, uint32_t object, const char *name, size_t name_length) {
    const csj_node *nodes = parser->nodes.elements;
    uint32_t end = nodes[object].next;
    for (uint32_t block = object + 1; block < end; block += uint32_t(block_size)) {
        uint32_t found = equal_bytes(parser->name_lengths.elements + block, uint8_t(name_length));
        for (; found != 0; found &= found - 1) {
            uint32_t index = block + uint32_t(__builtin_ctz(found));
            if (index >= end) return csj_no_node;
            const csj_node &node = nodes[index];
            if (node.parent == object && node.name_length == name_length &&
                std::memcmp(node.name, name, name_length) == 0) {
                return index;
            }
        }
    }
    return csj_no_node;
}

#define CSJ_TEXT_OF(macro) #macro
#define CSJ_TEXT(macro) CSJ_TEXT_OF(macro)

const char *csj_simdjson_version(void) { return CSJ_TEXT(SIMDJSON_VERSION); }
