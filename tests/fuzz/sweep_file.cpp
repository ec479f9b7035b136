// A sweep file, and below a line "overrides:" one override a line.

#include <sstream>

#include <nlohmann/json.hpp>

#include "multistate/config/canonical_json.h"
#include "multistate/config/grid.h"
#include "multistate/config/override.h"

#include "fuzz/target.h"

namespace multistate::fuzz {
namespace {

constexpr std::string_view kOverrides = "\noverrides:\n";

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {"name",   "output",     "model.path", "experiment",
                                                "policy", "state_size", "seed",       "sweep"};
  return keys;
}

}  // namespace

void read(std::string_view input) {
  const size_t end = input.find(kOverrides);
  Node file = parse_yaml(std::string(input.substr(0, end)), "sweep.yaml");
  if (end != std::string_view::npos) {
    std::istringstream lines(std::string(input.substr(end + kOverrides.size())));
    for (std::string line; std::getline(lines, line);) {
      apply_override(file, parse_override(line), known_keys());
    }
  }
  for (const GridCell& cell : expand_grid(file)) {
    cell_identity(cell.config.to_json());
  }
}

std::vector<std::string> seeds() {
  const std::string file = R"(name: tiny
output: results/tiny
model: {path: model.gguf}
experiment:
  name: language_modeling
  data: texts
  context_length: 512
policy: {name: tova, recent: 0.25}
state_size: 256
seed: 0
sweep:
  parameters:
    policy.name: {values: [window, tova]}
    state_size: {values: [64, 128]}
  include:
    - {policy.name: full}
)";
  return {file, file + R"(overrides:
state_size=64,128
seed=range(3)
policy.name="a b",'c'
policy.layers=[1, 2]
~policy.recent
)"};
}

}  // namespace multistate::fuzz
