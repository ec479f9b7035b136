#include "multistate/checkpoint/gguf_shards.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNumber = "split.no";
constexpr std::string_view kCount = "split.count";
constexpr std::string_view kTensors = "split.tensors.count";

/// Five digits.
std::optional<int64_t> shard_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number > 0 ? std::optional(number) : std::nullopt;
}

/// The shards after the first, by the first one's name and count.
std::vector<fs::path> other_shards(const fs::path& path, int64_t count) {
  const auto name = gguf_shard_name(path);
  if (!name || name->count != count) {
    throw InputError(
        fmt::format("{}: is one of {} files by '{}', so its name must end in -00001-of-{:05}.gguf",
                    path.string(), count, kCount, count));
  }
  std::vector<fs::path> paths;
  for (int64_t number = 2; number <= count; ++number) {
    paths.push_back(name->in(path.parent_path(), number));
    if (!fs::exists(paths.back())) {
      throw InputError(fmt::format("{}: shard {} of {} is missing: {}", path.string(), number,
                                   count, paths.back().string()));
    }
  }
  return paths;
}

void expect_first(const GgufMetadata& metadata, const fs::path& path) {
  const int64_t number = metadata.integer(kNumber).value_or(0);
  if (number != 0) {
    const auto name = gguf_shard_name(path);
    throw InputError(fmt::format(
        "{}: is shard {} of a split model ('{}'); give the first{}", path.string(), number + 1,
        kNumber, name ? ", " + name->in(path.parent_path(), 1).string() : std::string()));
  }
}

void expect_value(const GgufMetadata& metadata, std::string_view key, int64_t expected) {
  const auto value = metadata.integer(key);
  if (value != expected) {
    throw InputError(fmt::format("{}: '{}' is {}; expected {}", metadata.source(), key,
                                 value ? std::to_string(*value) : "missing", expected));
  }
}

/// A later shard repeats keys of the first or has none.
void expect_same_keys(const GgufMetadata& shard, const GgufMetadata& first) {
  for (const auto& [key, value] : shard.values()) {
    const GgufValue* known = first.find(key);
    if (key == kNumber || key == "general.alignment") {
      continue;  // Of the file, not of the model.
    }
    if (known == nullptr || to_text(*known) != to_text(value)) {
      throw InputError(
          fmt::format("{}: '{}' is {}, but {} in {}: they are shards of different models",
                      shard.source(), key, in_quotes(to_text(value)),
                      known == nullptr ? "missing" : in_quotes(to_text(*known)), first.source()));
    }
  }
}

}  // namespace

fs::path GgufShardName::in(const fs::path& folder, int64_t other_number) const {
  return folder / fmt::format("{}-{:05}-of-{:05}.gguf", prefix, other_number, count);
}

std::optional<GgufShardName> gguf_shard_name(const fs::path& path) {
  constexpr std::string_view kExtension = ".gguf";
  constexpr size_t kTail = std::string_view("-00001-of-00003.gguf").size();
  const std::string name = path.filename().string();
  if (name.size() < kTail || !name.ends_with(kExtension)) {
    return std::nullopt;
  }
  const std::string_view tail = std::string_view(name).substr(name.size() - kTail);
  const auto number = shard_number(tail.substr(1, 5));
  const auto count = shard_number(tail.substr(10, 5));
  if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || !number || !count || *number > *count) {
    return std::nullopt;
  }
  return GgufShardName{name.substr(0, name.size() - kTail), *number, *count};
}

GgufShards::GgufShards(const fs::path& path) : content_{0, GgufMetadata(path.string()), {}} {
  files_.emplace_back(path);
  content_ = parse_gguf(files_.front().bytes(), path.string());
  expect_first(content_.metadata, path);
  const int64_t count = content_.metadata.integer(kCount).value_or(1);
  if (count == 1) {
    return;
  }
  if (count < 1) {
    throw InputError(
        fmt::format("{}: '{}' is {}; expected 1 or more", path.string(), kCount, count));
  }
  int64_t index = 1;
  for (const fs::path& other : other_shards(path, count)) {
    add_shard(other, index++, count);
  }
  expect_value(content_.metadata, kTensors, static_cast<int64_t>(content_.tensors.size()));
}

void GgufShards::add_shard(const fs::path& path, int64_t index, int64_t count) {
  files_.emplace_back(path);
  const GgufContent shard = parse_gguf(files_.back().bytes(), path.string());
  expect_value(shard.metadata, kNumber, index);
  expect_value(shard.metadata, kCount, count);
  expect_same_keys(shard.metadata, content_.metadata);
  add_tensors(shard, path.string());
}

void GgufShards::add_tensors(const GgufContent& shard, const std::string& source) {
  std::set<std::string_view> names;
  for (const GgufTensor& tensor : content_.tensors) {
    names.insert(tensor.name);
  }
  for (const GgufTensor& tensor : shard.tensors) {
    if (names.contains(tensor.name)) {
      throw InputError(fmt::format("{}: tensor {} is in an earlier shard as well", source,
                                   in_quotes(tensor.name)));
    }
    content_.tensors.push_back(tensor);
  }
}

const MappedFile& GgufShards::file_of(const GgufTensor& tensor) const {
  const auto holds = [&](const MappedFile& file) {
    const auto bytes = file.bytes();
    return tensor.data.data() >= bytes.data() && tensor.data.data() < bytes.data() + bytes.size();
  };
  return *std::find_if(files_.begin(), files_.end(), holds);
}

}  // namespace multistate
