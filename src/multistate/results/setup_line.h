#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// What a result was measured on, in words for people; empty where the result does not say.
struct RunSetup {
  std::string model;    ///< "SmolLM2 135M Instruct", or the file's name.
  std::string weights;  ///< "Q4_1, 5.0 bits/weight", or "quantisation not recorded".
  std::string dtype;    ///< "float32": what is computed with.
  std::string text;     ///< "persuasion.txt", or the experiment where it reads no data.
  std::string samples;  ///< "12 samples of 1,024 tokens".
  std::string commit;   ///< "217f0ed", "217f0ed with local changes".
};

/// The setup of a result.json. Fields that are missing or of another type count as not recorded:
/// results of earlier programs have no `context.inputs.model`.
RunSetup run_setup(const nlohmann::json& result);

/// The line that heads tables, pages and figures:
///
///     SmolLM2 135M Instruct (Q4_1, 5.0 bits/weight; float32) | persuasion.txt | 12 samples of
///     1,024 tokens | commit 217f0ed
///
/// (without the break). Of several results the different values of each part, up to three, else
/// their number ("5 texts"). Empty without any whose weights are said.
std::string setup_line(std::span<const RunSetup> setups);

}  // namespace multistate
