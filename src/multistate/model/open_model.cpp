#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/model/gguf_model.h"
#include "multistate/model/model_file.h"
#include "multistate/model/safetensors_model.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAccepted =
    "accepted are a GGUF file, a safetensors file with its config.json beside it, and a folder "
    "that holds "
    "one of the two";
constexpr std::string_view kIndexName = "model.safetensors.index.json";

enum class Format { kGguf, kSafetensors, kUnknown };

/// By content. A safetensors file has no magic, but a header in JSON after a length of eight bytes.
Format format_of(const fs::path& path) {
  const MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                              std::min<size_t>(file.bytes().size(), 9));
  if (text.starts_with("GGUF")) {
    return Format::kGguf;
  }
  return text.size() == 9 && text.back() == '{' ? Format::kSafetensors : Format::kUnknown;
}

void expect_config(const fs::path& path, const fs::path& folder) {
  if (!fs::exists(folder / "config.json")) {
    throw InputError(
        fmt::format("{}: there is no config.json in {}", path.string(), folder.string()));
  }
}

std::unique_ptr<ModelFile> open_file(const fs::path& path) {
  const Format format = format_of(path);
  if (format == Format::kGguf) {
    return open_gguf(path);
  }
  if (format == Format::kUnknown) {
    throw InputError(
        fmt::format("{}: is neither a GGUF nor a safetensors file; {}", path.string(), kAccepted));
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (fs::exists(folder / kIndexName)) {
    throw InputError(
        fmt::format("{}: may be one of several shards, since there is {}; give the folder",
                    path.string(), (folder / kIndexName).string()));
  }
  expect_config(path, folder);
  return open_safetensors(path, folder, {path});
}

/// Files in `folder` whose name ends so, sorted.
std::vector<fs::path> files_with(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Throws unless there is one way to read the folder.
[[noreturn]] void refuse_folder(const fs::path& folder, const std::vector<fs::path>& candidates) {
  if (candidates.empty()) {
    throw InputError(fmt::format("{}: no model in this folder; {}", folder.string(), kAccepted));
  }
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const auto& candidate : candidates) {
    names.push_back(candidate.filename().string());
  }
  throw InputError(fmt::format("{}: more than one model in this folder; name one of {}",
                               folder.string(), join(names)));
}

std::unique_ptr<ModelFile> open_folder(const fs::path& folder) {
  auto candidates = files_with(folder, ".gguf");
  const fs::path index = folder / kIndexName;
  if (candidates.empty() && fs::exists(index)) {
    if (fs::exists(folder / "model.safetensors")) {
      refuse_folder(folder, {folder / "model.safetensors", index});
    }
    expect_config(folder, folder);
    return open_safetensors(folder, folder, read_shard_index(index));
  }
  const auto safetensors = files_with(folder, ".safetensors");
  candidates.insert(candidates.end(), safetensors.begin(), safetensors.end());
  if (candidates.size() != 1) {
    refuse_folder(folder, candidates);
  }
  return open_file(candidates.front());
}

}  // namespace

std::unique_ptr<ModelFile> ModelFile::open(const fs::path& path) {
  const fs::file_status status = fs::status(path);
  if (!fs::exists(status)) {
    throw InputError(
        fmt::format("{}: there is no such file or folder; {}", path.string(), kAccepted));
  }
  return fs::is_directory(status) ? open_folder(path) : open_file(path);
}

}  // namespace multistate
