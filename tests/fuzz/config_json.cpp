// A Hugging Face config.json: keys of all architectures.

#include <fstream>

#include <nlohmann/json.hpp>

#include "multistate/checkpoint/hf_config.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"
#include "fuzz/use_blueprint.h"

namespace multistate::fuzz {

void read(std::string_view input) {
  use_blueprint(read_hf_config(scratch().write("config.json", input)).blueprint);
}

/// One an architecture, with older spellings of keys where there are any.
std::vector<std::string> seeds() {
  std::ifstream file(MULTISTATE_SOURCE_DIR "/tests/engine/config_keys.json");
  std::vector<std::string> all;
  const auto figures = nlohmann::json::parse(file);
  for (const auto& model : figures.at("models")) {
    all.push_back(model.at("config").dump());
    if (!model.at("older").is_null()) {
      all.push_back(model.at("older").dump());
    }
  }
  return all;
}

}  // namespace multistate::fuzz
