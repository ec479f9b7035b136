#include "aggregate/reading/json_file.h"

#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

/// Files larger than this are not what a run writes.
constexpr uintmax_t kLargestFile = uintmax_t{256} << 20;

}  // namespace

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

std::vector<fs::path> entries_of(const fs::path& folder, std::vector<Problem>& problems) {
  std::error_code error;
  auto entries = list_folder(folder, error);
  if (error) {
    problems.push_back({folder, "cannot be read: " + error.message()});
  }
  return entries;
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
  if (nests_deeper(text, kDeepestJson)) {
    throw InputError(fmt::format("is nested more than {} deep", kDeepestJson));
  }
  return text;
}

nlohmann::json load_json(const fs::path& path) {
  return nlohmann::json::parse(load_text(path), nullptr, /*allow_exceptions=*/false);
}

}  // namespace multistate::aggregate
