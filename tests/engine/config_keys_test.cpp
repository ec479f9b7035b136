// Every key of a config.json at other values: the loss is that of Hugging Face's transformers, or
// the key is refused by name. Figures: config_keys.json, written by tools/oracle_config_keys.

#include <cmath>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/checkpoint/hf_config.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/evaluator.h"

#include "support/safetensors_writer.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::config_keys_test {
namespace {

using nlohmann::json;

json read_figures() {
  std::ifstream file(std::string(MULTISTATE_SOURCE_DIR) + "/tests/engine/config_keys.json");
  return json::parse(file);
}

/// [-1, 1): splitmix64 of the FNV-1a hash of the name plus the place.
double value_of(uint64_t hash, uint64_t place) {
  uint64_t z = hash + (place + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-52 - 1.0;
}

std::string tensor_bytes(const std::string& name, const std::vector<int64_t>& shape,
                         bool around_zero) {
  uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  const bool vector = shape.size() == 1;
  const double mean = vector && !name.ends_with("bias") && !around_zero ? 1.0 : 0.0;
  int64_t count = 1;
  for (const int64_t size : shape) {
    count *= size;
  }
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(
        static_cast<float>(mean + (vector ? 0.5 : 0.3) * value_of(hash, static_cast<uint64_t>(i))));
  }
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

json config_of(const json& model, const json& change) {
  json config = model.at(change.contains("older") ? "older" : "config");
  json& changed = change.contains("inside") ? config[change.at("inside")] : config;
  if (change.contains("removed")) {
    changed.erase(change.at("key").get<std::string>());
  } else if (change.contains("key")) {
    changed[change.at("key").get<std::string>()] = change.at("value");
  }
  return config;
}

std::map<std::string, std::vector<int64_t>> tensors_of(const json& model, const json& change) {
  json tensors = model.at("tensors");
  tensors.merge_patch(change.value("tensors", json::object()));
  return tensors;
}

double mean_loss(const std::filesystem::path& folder, int64_t tokens) {
  const auto model = Transformer::load(*ModelFile::open(folder), at::kFloat);
  std::vector<int64_t> ids;
  for (int64_t t = 0; t < tokens; ++t) {
    ids.push_back((7 * t * t + 3 * t + 1) % 24);
  }
  const auto losses = Evaluator(*model, keep_all_setup()).evaluate(ids, {}).losses;
  double sum = 0.0;
  for (const double loss : losses) {
    sum += loss;
  }
  return sum / static_cast<double>(losses.size());
}

/// Where the class's own sizes make a large model: whether its tensors have the shapes that they
/// have here.
void check_shapes(const std::filesystem::path& config,
                  const std::map<std::string, std::vector<int64_t>>& tensors) {
  const Blueprint blueprint = read_hf_config(config).blueprint;
  std::vector<TensorShape> stored;
  for (const auto& [name, shape] : tensors) {
    stored.push_back({blueprint.layout.usual_name(name), shape, "m"});
  }
  check_tensors("m", blueprint.spec, blueprint.layout, stored);
}

/// What is wrong with how a changed config is read; "" for nothing.
std::string problem_with(const json& figures, const std::string& name, const json& change) {
  const json& model = figures.at("models").at(name);
  const TemporaryFolder folder;
  write_file(folder / "config.json", config_of(model, change).dump());
  const auto tensors = tensors_of(model, change);
  const json expected = change.value("nll", json());
  try {
    if (change.contains("large")) {
      read_hf_config(folder / "config.json");
      return "accepted, though it makes another model";
    }
    if (expected.is_null()) {
      check_shapes(folder / "config.json", tensors);
      return "";
    }
    SafetensorsWriter writer;
    for (const auto& [tensor, shape] : tensors) {
      writer.add(tensor, "F32", shape,
                 tensor_bytes(tensor, shape, name.find("gemma") != std::string::npos));
    }
    write_file(folder / "model.safetensors", writer.bytes());
    const double loss = mean_loss(folder.path(), figures.at("tokens"));
    return std::abs(loss - expected.get<double>()) < 1e-5
               ? ""
               : fmt::format("the loss is {:.6f}, not {:.6f}", loss, expected.get<double>());
  } catch (const InputError& error) {
    const std::string key = change.value("key", "");
    const bool named =
        std::string(error.what()).find(fmt::format("'{}'", key)) != std::string::npos;
    return named ? "" : fmt::format("refused, but not by its name: {}", error.what());
  }
}

}  // namespace

TEST_CASE("a key of a config.json that changes gives transformers' loss, or is refused by name") {
  const json figures = read_figures();
  int64_t equal = 0;
  for (const auto& [name, model] : figures.at("models").items()) {
    INFO(name);
    CHECK(problem_with(figures, name, {{"nll", model.at("nll")}}) == "");
    for (const json& change : model.at("changes")) {
      // What transformers does not run is nobody's number.
      if (!change.contains("refused")) {
        INFO(change.dump());
        CHECK(problem_with(figures, name, change) == "");
        ++equal;
      }
    }
  }
  CHECK(equal > 900);
}

}  // namespace multistate::test::config_keys_test
