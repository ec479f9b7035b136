#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/safetensors_model.h"
#include "multistate/checkpoint/safetensors_reader.h"

namespace multistate {
namespace {

using nlohmann::json;

/// Names of tensors by the name of their file.
using Shards = std::map<std::string, std::set<std::string>>;

bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name.find("..") == std::string::npos &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

Shards read_weight_map(const json& index, const std::string& source) {
  const auto found = index.find("weight_map");
  if (found == index.end() || !found->is_object() || found->empty()) {
    throw InputError(
        fmt::format("{}: 'weight_map' is {}; expected an object of file names by tensor", source,
                    found == index.end() ? "missing" : json_text(*found)));
  }
  Shards shards;
  for (const auto& [tensor, file] : found->items()) {
    if (!file.is_string() || !is_plain_file_name(file.get<std::string>())) {
      throw InputError(fmt::format(
          "{}: 'weight_map': {} is in {}; expected the name of a file in the same folder", source,
          in_quotes(tensor), json_text(file)));
    }
    shards[file.get<std::string>()].insert(tensor);
  }
  return shards;
}

/// The index and a shard must agree on what the shard holds.
void check_shard(const std::filesystem::path& path, const std::set<std::string>& listed,
                 const std::string& source) {
  const MappedFile file(path);
  std::set<std::string> stored;
  for (StoredTensor& tensor : parse_safetensors(file.bytes(), path.string())) {
    if (listed.count(tensor.name) == 0) {
      throw InputError(fmt::format("{}: tensor {} is not one that {} lists for this file",
                                   path.string(), in_quotes(tensor.name), source));
    }
    stored.insert(std::move(tensor.name));
  }
  for (const auto& name : listed) {
    if (stored.count(name) == 0) {
      throw InputError(fmt::format("{}: tensor {} is missing; {} lists it for this file",
                                   path.string(), in_quotes(name), source));
    }
  }
}

}  // namespace

std::vector<std::filesystem::path> read_shard_index(const std::filesystem::path& index) {
  const std::string source = index.string();
  const json parsed = parse_strict_json(read_file(index), source);
  std::vector<std::filesystem::path> paths;
  for (const auto& [name, tensors] : read_weight_map(parsed, source)) {
    paths.push_back(index.parent_path() / name);
    check_shard(paths.back(), tensors, source);
  }
  return paths;
}

}  // namespace multistate
