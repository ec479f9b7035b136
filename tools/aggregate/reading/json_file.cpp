#include "aggregate/reading/json_file.h"

#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

/// Index of the quote that ends the string which starts at `quote`; the text's size when none does.
size_t end_of_string(std::string_view text, size_t quote) {
  size_t i = quote + 1;
  while (i < text.size() && text[i] != '"') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i;
}

}  // namespace

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool nests_deeper(std::string_view text, int limit) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i = end_of_string(text, i);
    } else if (c == '{' || c == '[') {
      if (++depth > limit) {
        return true;
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::string load_text(const fs::path& path) {
  std::error_code error;
  // A pipe would be read for ever.
  if (!fs::is_regular_file(path, error)) {
    throw InputError("is not a file");
  }
  const auto size = fs::file_size(path, error);
  if (error || size > kLargestFile) {
    throw InputError(error ? "cannot be read: " + error.message()
                           : fmt::format("has {}; at most {} are read",
                                         human_bytes(static_cast<double>(size)),
                                         human_bytes(static_cast<double>(kLargestFile))));
  }
  std::string text;
  try {
    text = read_file(path);
  } catch (const InputError&) {
    throw InputError("cannot be read");
  }
  if (nests_deeper(text, kDeepestNesting)) {
    throw InputError(fmt::format("is nested more than {} deep", kDeepestNesting));
  }
  return text;
}

nlohmann::json load_json(const fs::path& path) {
  return nlohmann::json::parse(load_text(path), nullptr, /*allow_exceptions=*/false);
}

}  // namespace multistate::aggregate
