#include "multistate/checkpoint/hf_config.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/config_keys.h"

namespace multistate {
namespace {

using nlohmann::json;

const Architecture& read_architecture(ConfigKeys& keys) {
  const json* names = keys.find("architectures");
  if (names == nullptr) {
    throw InputError(fmt::format("{}: the key 'architectures' is missing", keys.source()));
  }
  if (!names->is_array() || names->size() != 1 || !names->front().is_string()) {
    keys.fail("architectures", "a list with the name of one class");
  }
  return architecture_by_class(names->front().get<std::string>(), keys.source());
}

/// One id, or a list of them.
std::vector<int64_t> read_ids(ConfigKeys& config, std::string_view key, int64_t tokens) {
  const json* value = config.find(key);
  if (value == nullptr) {
    return {};
  }
  std::vector<int64_t> ids;
  for (const json& id : value->is_array() ? *value : json::array({*value})) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(tokens)) {
      config.fail(key, fmt::format("the id of a token, below {}", tokens));
    }
    ids.push_back(id.get<int64_t>());
  }
  return ids;
}

std::optional<int64_t> read_id(ConfigKeys& config, std::string_view key, int64_t tokens) {
  const auto ids = read_ids(config, key, tokens);
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

}  // namespace

HfConfig read_hf_config(const std::filesystem::path& path) {
  const json parsed = parse_strict_json(read_file(path), path.string());
  ConfigKeys keys(parsed, path.string());
  const Architecture& architecture = read_architecture(keys);
  HfConfig result;
  result.blueprint = architecture.from_config(keys);
  const DecoderSpec& spec = result.blueprint.spec;
  spec.validate(keys.source());
  result.bos_id = read_id(keys, "bos_token_id", spec.vocabulary_size);
  result.eos_ids = read_ids(keys, "eos_token_id", spec.vocabulary_size);
  keys.check_all_read(fmt::format("the architecture '{}'", architecture.name()));
  return result;
}

}  // namespace multistate
