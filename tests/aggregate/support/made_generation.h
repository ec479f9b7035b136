#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/support/made_sweep.h"

namespace multistate::test {

/// A cell of the experiment `generation`: prompts and the texts that they went on with.
struct MadeGeneration {
  std::string policy = "tova";
  std::optional<int64_t> state_size = std::nullopt;
  std::vector<std::string> texts = {};
  std::vector<std::string> prompts = {};  ///< None: "prompt 0", "prompt 1", ...
  std::optional<int64_t> seed = std::nullopt;
  nlohmann::json experiment = nlohmann::json::object();  ///< Options that are not the same.
  std::string data_sha256 = std::string(64, 'c');
};

/// Puts a cell that is done into a sweep; returns its id.
std::string add_generation(MadeSweep& sweep, const MadeGeneration& cell);

}  // namespace multistate::test
