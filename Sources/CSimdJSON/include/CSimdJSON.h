#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The kind of a node. Numbers with a fraction or an exponent are `csj_kind_number`, all others `csj_kind_integer`.
enum __attribute__((enum_extensibility(closed))) csj_kind : uint8_t {
    csj_kind_object,
    csj_kind_array,
    csj_kind_string,
    csj_kind_integer,
    csj_kind_number,
    csj_kind_true,
    csj_kind_false,
    csj_kind_null,
};
typedef enum csj_kind csj_kind;

/// The result of a parse; the offset of `csj_outcome` gives the position where it stopped.
enum __attribute__((enum_extensibility(closed))) csj_status : uint8_t {
    csj_status_ok,
    csj_status_out_of_memory,
    csj_status_too_large,
    csj_status_empty,
    csj_status_invalid_utf8,
    csj_status_control_character,
    csj_status_unclosed_string,
    csj_status_unexpected_end,
    csj_status_expected_value,
    csj_status_expected_name,
    csj_status_expected_colon,
    csj_status_expected_separator,
    csj_status_trailing_content,
    csj_status_too_deep,
    csj_status_invalid_escape,
    csj_status_lone_surrogate,
    csj_status_invalid_number,
};
typedef enum csj_status csj_status;

/// The parent of the root.
static const uint32_t csj_no_parent = 0xFFFFFFFF;
/// The index of a member that does not exist.
static const uint32_t csj_no_node = 0xFFFFFFFF;

/// One value. Nodes are in document order: the children of a container follow it, `next` skips over them.
typedef struct csj_node {
    const uint8_t *name;   ///< The unescaped name of a member. NULL for elements and the root.
    const uint8_t *text;   ///< For a string, unescaped UTF-8. For a number, the text as written.
    uint64_t magnitude;    ///< The absolute value of an integer that is not `wide`.
    uint32_t name_length;  ///< In bytes.
    uint32_t length;       ///< The length of `text` in bytes; for a container, the number of children.
    uint32_t next;         ///< Index of the node after this value and everything in it.
    uint32_t parent;       ///< Index of the container, or csj_no_parent.
    uint32_t position;     ///< Position among its container's children, from 0.
    csj_kind kind;
    bool negative : 1;     ///< For an integer: it has a minus sign.
    bool wide : 1;         ///< For an integer: its absolute value exceeds 64 bits.
    bool nul : 1;          ///< For a string that is not `raw`: it contains U+0000.
    bool raw : 1;          ///< For a string: `text` is as written, and may have escapes; see csj_resolve.
} csj_node;

typedef struct csj_outcome {
    const csj_node *nodes;  ///< Owned by the parser, valid until its next parse. Node 0 is the root.
    uint32_t count;         ///< 0 unless the status is ok.
    csj_status status;
    size_t offset;          ///< The byte where an invalid document has its fault.
} csj_outcome;

/// Buffers that are reused for one document after another. For one thread at a time.
typedef struct csj_parser csj_parser;

/// A new parser; NULL if there is no memory.
csj_parser *csj_parser_create(void);
void csj_parser_destroy(csj_parser *parser);

/// The calling thread's idle parser, or a new one; NULL if there is no memory.
csj_parser *csj_parser_borrow(void);
/// Keeps `parser` for the calling thread, unless that already has one or the buffers have grown large.
void csj_parser_give_back(csj_parser *parser);

/// Parses exactly one document. Nodes point into `bytes`, which must not change while the nodes are used. Nothing is
/// read beyond `length`. Containers may be nested `max_depth` deep.
csj_outcome csj_parse(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth);

/// The same, but strings that are values stay `raw`; their escapes are still checked.
csj_outcome csj_parse_raw(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth);

/// Unescapes the string at `index` of the last parsed document, unless that was done before.
csj_node csj_resolve(csj_parser *parser, uint32_t index);

/// The first member with this name, byte for byte, of the object at `object` of the last parsed document; or
/// csj_no_node.
uint32_t csj_member(const csj_parser *parser, uint32_t object, const char *name, size_t name_length);

/// The version of simdjson that this was built with, such as "3.0.1".
const char *csj_simdjson_version(void);

#ifdef __cplusplus
}
#endif

#endif
