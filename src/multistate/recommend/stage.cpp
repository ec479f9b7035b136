#include "multistate/recommend/stage.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/config/node.h"
#include "multistate/results/paired_scores.h"
#include "multistate/results/read_cell.h"

namespace multistate::recommend {
namespace {

/// A text as YAML reads it back; JSON's strings are YAML's.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string entry_of(const Contender& contender) {
  std::string entry = fmt::format("policy.name: {}", contender.choice.entry().name());
  const Node options = parse_yaml(contender.choice.options(), contender.choice.text);
  for (const auto& [key, value] : options.entries()) {
    entry += fmt::format(", policy.{}: {}", key, value.to_json().dump());
  }
  if (contender.state_size > 0) {
    entry += fmt::format(", state_size: {}", contender.state_size);
  }
  return "    - {" + entry + "}\n";
}

std::optional<Measured> measured_in(const std::filesystem::path& folder) {
  std::vector<Problem> problems;
  const auto cell = read_cell(folder, nullptr, true, problems);
  if (!cell || !cell->is_done()) {
    return std::nullopt;
  }
  const auto scores = scores_of(*cell, "nll");
  if (!scores) {
    throw InputError(fmt::format("{}: its samples cannot be read; delete the folder and run again",
                                 folder.string()));
  }
  Measured measured;
  const Columns& chunks = scores->by_unit;
  for (size_t i = 0; i < chunks.size(); ++i) {
    if (chunks.denominators[i] != chunks.denominators.front()) {
      throw std::logic_error("chunks have different numbers of scored tokens");
    }
    measured.losses.push_back(chunks.numerators[i] / chunks.denominators[i]);
  }
  measured.peak_bytes = static_cast<int64_t>(cell->measures.at("bytes_peak"));
  const bool finite = std::all_of(measured.losses.begin(), measured.losses.end(),
                                  [](double loss) { return std::isfinite(loss); });
  return finite ? std::optional(measured) : std::nullopt;
}

}  // namespace

std::string sweep_text(const Task& task, const std::string& stage,
                       std::span<const Contender> contenders, const ChunkRange& chunks) {
  std::string text = fmt::format(
      "# By `multistate recommend`: {} contenders and the full cache on {} chunks.\n"
      "name: recommend-{}\n"
      "output: {}\n",
      contenders.size(), chunks.count, stage, quoted((task.output / stage).string()));
  if (!task.plugins.empty()) {
    text += fmt::format("plugins: {}\n", nlohmann::json(task.plugins).dump());
  }
  text += fmt::format("model: {{path: {}, dtype: {}, device: {}}}\n", quoted(task.model),
                      task.dtype, quoted(task.device));
  text += fmt::format(
      "experiment: {{name: language_modeling, data: {}, context_length: {}, prompt_share: {}, "
      "skip_chunks: {}, max_chunks: {}}}\n",
      quoted(task.data), task.context_length, task.prompt_share, chunks.first, chunks.count);
  text +=
      "policy: {name: full}\n"
      "seed: 0\n"
      "sweep:\n"
      "  include:\n"
      "    - {policy.name: full}\n";
  for (const Contender& contender : contenders) {
    text += entry_of(contender);
  }
  return text;
}

std::filesystem::path sweep_file(const Task& task, const std::string& stage) {
  return task.output / (stage + ".yaml");
}

StageResults read_stage(std::span<const std::filesystem::path> folders) {
  const auto full = measured_in(folders.front());
  if (!full) {
    throw InputError(
        fmt::format("{}: the full cache has no result, or no finite loss; see "
                    "error.json there",
                    folders.front().string()));
  }
  StageResults results = {*full, {}};
  for (const auto& folder : folders.subspan(1)) {
    results.contenders.push_back(measured_in(folder));
    const auto& last = results.contenders.back();
    if (last && last->losses.size() != full->losses.size()) {
      throw std::logic_error("cells of one stage have different numbers of chunks");
    }
  }
  return results;
}

}  // namespace multistate::recommend
