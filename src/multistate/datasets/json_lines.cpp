#include "multistate/datasets/json_lines.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"

namespace multistate {

std::string for_each_json_line(const std::filesystem::path& path,
                               const std::function<void(const JsonObject&)>& use) {
  const std::string bytes = read_file(path);
  std::string_view rest = bytes;
  if (rest.empty()) {
    throw InputError(
        fmt::format("{}: the file is empty; expected JSON objects, one a line", path.string()));
  }
  for (int64_t line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const auto place = fmt::format("{}:{}", path.string(), line);
    const std::string_view text = rest.substr(0, end);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
      throw InputError(fmt::format("{}: the line is empty; expected a JSON object", place));
    }
    const auto json = parse_strict_json(text, place);
    use(JsonObject(json, place));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sha256_hex(bytes);
}

}  // namespace multistate
