#include "multistate/model/hf_config.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/model/config_keys.h"

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

std::optional<int64_t> read_id(ConfigKeys& config, std::string_view key, int64_t tokens) {
  const json* value = config.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const json& first = value->is_array() && !value->empty() ? value->front() : *value;
  if (!first.is_number_unsigned() || first.get<uint64_t>() >= static_cast<uint64_t>(tokens)) {
    config.fail(key, fmt::format("the id of a token, below {}", tokens));
  }
  return first.get<int64_t>();
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
  result.eos_id = read_id(keys, "eos_token_id", spec.vocabulary_size);
  keys.check_all_read(fmt::format("the architecture '{}'", architecture.name()));
  return result;
}

}  // namespace multistate
