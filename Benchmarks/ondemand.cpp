// The least that reading a recording can be: simdjson's on-demand parser alone takes eight fields out of each line, and
// nothing is done with them. usage: ondemand FILE [threads|stream|lines|find]
//
// threads (the default, and the fastest while a core is free): the lines are found by iterate_many, which looks for the
// structure of one batch in a thread of its own while the other takes the fields out of the batch before; one pass over
// the members of a line, which ends when it has all eight. stream: the same in one thread. lines: line by line, in one
// thread. find: as lines, but find_field_unordered for each field.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <simdjson.h>
#include <string_view>

using namespace simdjson;

namespace {

constexpr std::string_view fields[] = {"Channel",   "EventID",     "Hostname", "UtcTime",
                                       "ProcessId", "ProcessGuid", "Image",    "ImageLoaded"};

// Bytes of a batch: more do not stay in the cache, fewer begin too often.
constexpr size_t batch = 500'000;

// Kept, so that nothing is optimised away.
struct Sums {
  uint64_t lines = 0, found = 0, lengths = 0, numbers = 0;
};

void take(ondemand::value value, Sums &sums) {
  if (value.type() == ondemand::json_type::string) {
    sums.lengths += std::string_view(value.get_string()).size();
  } else {
    sums.numbers += uint64_t(value.get_uint64());
  }
  sums.found += 1;
}

bool wanted(std::string_view key) {
  switch (key.size()) {
  case 5:
    return key == "Image";
  case 7:
    return key == "Channel" || key == "EventID" || key == "UtcTime";
  case 8:
    return key == "Hostname";
  case 9:
    return key == "ProcessId";
  case 11:
    return key == "ProcessGuid" || key == "ImageLoaded";
  default:
    return false;
  }
}

// A key is looked at as it stands, up to the quote that ends it: none of the eight has an escape.
void pass(ondemand::object object, Sums &sums) {
  unsigned missing = std::size(fields);
  for (auto member : object) {
    const char *raw = member.key().value().raw();
    const void *end = std::memchr(raw, '"', 12);
    if (end == nullptr || !wanted({raw, size_t(static_cast<const char *>(end) - raw)})) {
      continue;
    }
    take(member.value(), sums);
    if (--missing == 0) {
      break;
    }
  }
}

void find(ondemand::object object, Sums &sums) {
  for (std::string_view field : fields) {
    ondemand::value value;
    if (object.find_field_unordered(field).get(value) == SUCCESS) {
      take(value, sums);
    }
  }
}

template <typename Each> void lines(const padded_string &text, Sums &sums, Each each) {
  ondemand::parser parser;
  const char *at = text.data(), *const end = at + text.size();
  while (at < end) {
    const void *newline = std::memchr(at, '\n', size_t(end - at));
    const char *next = newline == nullptr ? end : static_cast<const char *>(newline);
    // What follows a line is padding enough: the rest of the file, and then the padding of the whole.
    ondemand::document document = parser.iterate(at, size_t(next - at), size_t(end - at) + SIMDJSON_PADDING);
    each(document.get_object(), sums);
    sums.lines += 1;
    at = next + 1;
  }
}

void stream(const padded_string &text, Sums &sums, bool threaded) {
  ondemand::parser parser;
  parser.threaded = threaded;
  ondemand::document_stream documents = parser.iterate_many(text, batch);
  for (auto document : documents) {
    pass(document.get_object(), sums);
    sums.lines += 1;
  }
}

} // namespace

int main(int count, char **arguments) {
  const std::string_view way = count == 3 ? arguments[2] : "threads";
  if (count < 2 || count > 3 || (way != "threads" && way != "stream" && way != "lines" && way != "find")) {
    std::fprintf(stderr, "usage: ondemand FILE [threads|stream|lines|find]\n");
    return 2;
  }
  try {
    const padded_string text = padded_string::load(arguments[1]);
    Sums sums;
    const auto begun = std::chrono::steady_clock::now();
    if (way == "lines") {
      lines(text, sums, pass);
    } else if (way == "find") {
      lines(text, sums, find);
    } else {
      stream(text, sums, way == "threads");
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    std::printf("lines %ju found %ju lengths %ju numbers %ju bytes %zu seconds %.6f\n", uintmax_t(sums.lines),
                uintmax_t(sums.found), uintmax_t(sums.lengths), uintmax_t(sums.numbers), text.size(), spent.count());
  } catch (const simdjson_error &error) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], error.what());
    return 1;
  }
}
