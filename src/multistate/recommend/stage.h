#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/recommend/contenders.h"
#include "multistate/recommend/search.h"

namespace multistate::recommend {

/// What all stages have in common.
struct Task {
  std::string model;
  std::string dtype;
  std::string device;
  std::string data;
  std::filesystem::path output;
  std::vector<std::string> plugins;  ///< That a sweep file has to load.
  int64_t context_length = 0;        ///< Tokens of a chunk.
  double prompt_share = 0.0;
};

/// The sweep file of a stage: the full cache, then the contenders, on a range of chunks.
std::string sweep_text(const Task& task, const std::string& stage,
                       std::span<const Contender> contenders, const ChunkRange& chunks);

/// Where it is: `<output>/<stage>.yaml`; its results are in `<output>/<stage>`.
std::filesystem::path sweep_file(const Task& task, const std::string& stage);

/// A contender's results.
struct Measured {
  ChunkLosses losses;
  int64_t peak_bytes = 0;
};

/// What the results of a stage say: of the full cache, and of each contender; none where the cell
/// is not done or its losses are not finite. Throws InputError where the full cache has none.
struct StageResults {
  Measured full;
  std::vector<std::optional<Measured>> contenders;
};

/// `folders`: those of the cells, in the order of sweep_text().
StageResults read_stage(std::span<const std::filesystem::path> folders);

}  // namespace multistate::recommend
