#pragma once

#include <optional>
#include <string>
#include <vector>

#include "multistate/recommend/recommender.h"

namespace multistate::recommend {

/// Decoding speed of the full cache and of each finalist, tokens/s, by their order; and of what.
struct DecodeSpeeds {
  double full = 0.0;
  std::vector<double> finalists;
  int64_t context_tokens = 0;      ///< Before the tokens that are decoded.
  std::vector<std::string> noise;  ///< noise_reasons(); empty: the machine was quiet.
};

/// "61 tokens (2.7 MiB)": what a constraint allows, and which policies at which sizes it comes to.
std::string field_table(const Field& field);

/// "at most 8.0 MiB of cache", "within 1 % of the full cache's perplexity".
std::string text_of(const Constraint& constraint);

/// The answer: a sentence, the table of the finalists, what was run, the command to use and the
/// sweep file of the comparison. `minutes`: what all of it took.
std::string answer_text(const Task& task, const Constraint& constraint,
                        const Recommendation& recommendation, const Schedule& schedule,
                        const std::optional<DecodeSpeeds>& speeds, double minutes);

/// `multistate generate MODEL --policy ... -k ...`, fit for a shell.
std::string generate_command(const Task& task, const Contender& contender);

}  // namespace multistate::recommend
