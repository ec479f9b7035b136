#include "multistate/results/setup_line.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"

namespace multistate {
namespace {

using nlohmann::json;

constexpr size_t kShown = 3;
constexpr size_t kCommitDigits = 7;

/// The member at a path of keys; null where there is none.
json at(const json& object, std::initializer_list<const char*> keys) {
  const json* found = &object;
  for (const char* key : keys) {
    if (!found->is_object() || !found->contains(key)) {
      return {};
    }
    found = &(*found)[key];
  }
  return *found;
}

std::string text_at(const json& object, std::initializer_list<const char*> keys) {
  const json found = at(object, keys);
  return found.is_string() ? found.get<std::string>() : "";
}

/// The last part of a path, whatever it ends with.
std::string file_name(const std::string& path) {
  const std::filesystem::path whole(path);
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

std::string model_of(const json& result) {
  const std::string name = text_at(result, {"context", "inputs", "model", "name"});
  return name.empty() ? file_name(text_at(result, {"config", "model", "path"})) : name;
}

std::string weights_of(const json& result) {
  const std::string weights = text_at(result, {"context", "inputs", "model", "weights"});
  return weights.empty() ? "quantisation not recorded" : weights;
}

std::string samples_of(const json& result) {
  const json samples = at(result, {"counts", "samples"});
  const json length = at(result, {"config", "experiment", "context_length"});
  if (!samples.is_number_integer()) {
    return "";
  }
  const auto count = samples.get<int64_t>();
  std::string text = fmt::format("{} sample{}", human_count(count), count == 1 ? "" : "s");
  if (length.is_number_integer()) {
    text += fmt::format(" of {} tokens", human_count(length.get<int64_t>()));
  }
  return text;
}

std::string commit_of(const json& result) {
  const std::string commit = text_at(result, {"context", "program", "commit"});
  const bool dirty = at(result, {"context", "program", "dirty"}) == true;
  return commit.empty() ? ""
                        : commit.substr(0, kCommitDigits) + (dirty ? " with local changes" : "");
}

/// The different values of one part, in the order in which they come.
std::string part(std::span<const RunSetup> setups, std::string RunSetup::*member,
                 const char* many) {
  std::vector<std::string> values;
  for (const RunSetup& setup : setups) {
    const std::string& value = setup.*member;
    if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) {
      values.push_back(value);
    }
  }
  return values.size() > kShown ? fmt::format("{} {}", values.size(), many) : join(values, " / ");
}

}  // namespace

RunSetup run_setup(const json& result) {
  RunSetup setup;
  setup.model = model_of(result);
  setup.weights = weights_of(result);
  setup.dtype = text_at(result, {"config", "model", "dtype"});
  const std::string data = file_name(text_at(result, {"config", "experiment", "data"}));
  setup.text = data.empty() ? text_at(result, {"config", "experiment", "name"}) : data;
  setup.samples = samples_of(result);
  setup.commit = commit_of(result);
  return setup;
}

std::string setup_line(std::span<const RunSetup> setups) {
  const std::string model = part(setups, &RunSetup::model, "models");
  const std::string weights = part(setups, &RunSetup::weights, "kinds of weights");
  if (weights.empty()) {
    return "";
  }
  const std::string dtype = part(setups, &RunSetup::dtype, "dtypes");
  const std::string commit = part(setups, &RunSetup::commit, "commits");
  std::vector<std::string> parts = {
      fmt::format("{} ({}{}{})", model.empty() ? "unnamed model" : model, weights,
                  dtype.empty() ? "" : "; ", dtype),
      part(setups, &RunSetup::text, "texts"),
      part(setups, &RunSetup::samples, "numbers of samples"),
      commit.empty() ? "" : "commit " + commit};
  std::erase(parts, "");
  return join(parts, " | ");
}

}  // namespace multistate
