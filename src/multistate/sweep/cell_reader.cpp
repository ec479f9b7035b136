#include "multistate/sweep/cell_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/base/text.h"
#include "multistate/model/dtype.h"
#include "multistate/policy/by_layer.h"

namespace multistate {
namespace {

const Node& required_map(const Node& config, const char* key) {
  const Node* node = config.find(key);
  if (node == nullptr) {
    throw config.error(fmt::format("{}: is missing", key));
  }
  if (node->kind() != Node::Kind::kMap) {
    throw node->error(fmt::format("{}: expected a map with at least one key", key));
  }
  return *node;
}

/// The registered entry that the member `name` of a map names.
template <class Entry>
const Entry& named_entry(const Node& node, const std::string& key,
                         const Registry<Entry>& registry) {
  const Node* name = node.find("name");
  if (name == nullptr) {
    throw node.error(fmt::format("{}.name: is missing; one of: {}", key, join(registry.names())));
  }
  const std::string text = name->as_string(key + ".name");
  const Entry* entry = registry.find(text);
  if (entry == nullptr) {
    throw name->error(fmt::format("{}.name: {}", key, registry.unknown(text)));
  }
  return *entry;
}

struct ModelOptions {
  std::string path;
  std::string dtype = "float32";
  std::string device = "cpu";
  int64_t sliding_window = 0;

  void visit(OptionVisitor& v) {
    v("path", path, "a GGUF file, or a folder with config.json and safetensors");
    v.choice("dtype", dtype, dtype_names(), "numbers of weights and state");
    v("device", device, "cpu, or a device as LibTorch writes it (cuda:0)");
    v("sliding_window", sliding_window, {2, kLargestCount},
      "tokens, in every layer, where the file has no place to say so");
  }
};

/// `existing`: paths that were found; others are looked for and added.
ModelSpec read_model(const Node& config, std::set<std::string>& existing) {
  const Node& node = required_map(config, "model");
  ModelOptions options;
  OptionReader reader(&node, "model.");
  options.visit(reader);
  reject_unknown(node, reader.taken(), "model.");
  if (options.path.empty()) {
    throw node.error(
        "model.path: is missing; a GGUF file, or a folder with config.json and safetensors");
  }
  if (existing.count(options.path) == 0 && !std::filesystem::exists(options.path)) {
    throw node.find("path")->error(
        fmt::format("model.path: '{}' does not exist (tools/fetch_data fetches the model that "
                    "configs/ refers to)",
                    options.path));
  }
  existing.insert(options.path);
  ModelSpec spec = {options.path, options.dtype, options.device};
  if (node.find("sliding_window") != nullptr) {
    spec.sliding_window = options.sliding_window;
  }
  return spec;
}

int64_t from_fraction(const Node& fraction, int64_t context_length) {
  const double share = fraction.as_number("state_fraction");
  if (!(share > 0.0 && share <= 1.0)) {
    throw fraction.error(fmt::format(
        "state_fraction: expected a number above 0 and at most 1, found {}", fraction.text()));
  }
  const auto rows = RowCount{share}.rows(context_length);
  if (rows < 1) {
    throw fraction.error(fmt::format("state_fraction: {} of {} tokens is less than one row",
                                     fraction.text(), context_length));
  }
  return rows;
}

int64_t read_state_size(const Node& config, int64_t context_length) {
  const Node* size = config.find("state_size");
  const Node* fraction = config.find("state_fraction");
  if (size != nullptr && fraction != nullptr) {
    throw fraction->error("state_fraction: state_size is given as well; keep one of the two");
  }
  if (fraction != nullptr) {
    return from_fraction(*fraction, context_length);
  }
  if (size == nullptr) {
    throw config.error("state_size: is missing; a number of rows, or state_fraction instead");
  }
  const int64_t rows = size->as_integer("state_size");
  if (rows < 1) {
    throw size->error(fmt::format("state_size: expected an integer, 1 or more, found {}", rows));
  }
  if (rows > kLargestCount) {
    throw size->error(
        fmt::format("state_size: {} rows; at most {} are possible", rows, kLargestCount));
  }
  return rows;
}

int64_t read_seed(const Node& config) {
  const Node* node = config.find("seed");
  if (node == nullptr) {
    return 0;
  }
  const int64_t seed = node->as_integer("seed");
  if (seed < 0) {
    throw node->error(fmt::format("seed: expected an integer, 0 or more, found {}", seed));
  }
  return seed;
}

/// Whether a parameter makes a difference to the cell.
bool applies(const std::string& key, const CellSpec& cell) {
  if (key == "state_size" || key == "state_fraction") {
    return cell.policy.has_size();
  }
  if (key == "seed") {
    return cell.seed.has_value();
  }
  const auto dot = key.find('.');
  const std::string group = key.substr(0, dot);
  const std::string option = dot == std::string::npos ? "" : key.substr(dot + 1);
  if (option == "name") {
    return true;
  }
  if (group == "policy") {
    // Of "base.window", an option of a part in a map of its own, the part.
    return cell.policy.options.contains(option.substr(0, option.find('.')));
  }
  return group != "experiment" || cell.experiment.options.contains(option);
}

}  // namespace

void CellReader::note(const Node& node, const std::string& prefix, const std::string& owner,
                      std::vector<std::string> names) {
  names.insert(names.begin(), "name");
  for (const auto& [key, member] : node.entries()) {
    const std::string path = prefix + key;
    if (std::find(names.begin(), names.end(), key) != names.end()) {
      used_.insert(path);
      continue;
    }
    unused_.emplace(
        path, Offer{member.error(fmt::format("{}: {} has no such option{}; it has: {}", path, owner,
                                             did_you_mean(key, names), join(names)))});
  }
}

const std::vector<std::string>& CellReader::options_of(const ExperimentEntry& experiment) {
  const auto [place, is_new] = options_.try_emplace(&experiment);
  if (is_new) {
    for (const OptionInfo& option : experiment.options()) {
      place->second.push_back(option.name);
    }
  }
  return place->second;
}

void CellReader::read_policy(const Node& config, CellSpec& spec) {
  const Node& policy = required_map(config, "policy");
  const int64_t context = spec.experiment.experiment->context_length();
  if (const Node* layers = policy.member("layers"); layers != nullptr) {
    reject_unknown(policy, std::vector<std::string>{"layers"}, "policy.");
    const int64_t k = by_layer_has_size(*layers) ? read_state_size(config, context) : 0;
    spec.policy = set_up_by_layer(*layers, k);
    used_.insert("policy.layers");
    auto range = spec.policy.layers.begin();
    for (const auto& [text, node] : layers->entries()) {
      const PolicySetup& setup = *(range++)->setup;
      if (node.kind() == Node::Kind::kMap) {
        note(node, fmt::format("policy.layers.{}.", text), setup.entry->info.name,
             setup.option_names());
      }
    }
    return;
  }
  const auto& entry = named_entry(policy, "policy", policy_registry());
  const int64_t k = entry.has_size() ? read_state_size(config, context) : 0;
  spec.policy = set_up_policy(entry, &policy, k);
  note(policy, "policy.", entry.info.name, spec.policy.option_names());
}

CellSpec CellReader::read(const GridCell& cell) {
  const Node& config = cell.config;
  CellSpec spec;
  spec.model = read_model(config, existing_models_);

  const Node& experiment = required_map(config, "experiment");
  const auto& experiment_entry = named_entry(experiment, "experiment", experiment_registry());
  note(experiment, "experiment.", experiment_entry.info.name, options_of(experiment_entry));
  spec.experiment = set_up_experiment(experiment_entry, experiment);

  read_policy(config, spec);

  const int64_t seed = read_seed(config);
  if (spec.policy.needs.random || spec.experiment.experiment->draws()) {
    spec.seed = seed;
  }
  spec.parameters = nlohmann::json::object();
  for (const auto& [key, value] : cell.parameters) {
    if (applies(key, spec)) {
      spec.parameters[key] = value.to_json();
    }
  }
  return spec;
}

void CellReader::reject_unused() const {
  for (const auto& [path, offer] : unused_) {
    if (used_.count(path) == 0) {
      throw offer.error;
    }
  }
}

}  // namespace multistate
