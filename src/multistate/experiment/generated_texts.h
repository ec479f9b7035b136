#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/engine/generator.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// How the next token of a text is chosen, and where a text ends.
struct TextRules {
  Sampling sampling;
  std::vector<int64_t> stop_ids;   ///< A text ends before any of these,
  std::vector<std::string> stops;  ///< and before any of these strings; none of them empty.
  std::optional<int64_t> batch = std::nullopt;  ///< Texts decoded together, at most; without: all.
};

/// By request what came of it. The ids are as they were made; the last of them may reach into the
/// stop string that the text ends before.
struct GeneratedTexts {
  std::vector<Generation> generations;
  std::vector<std::string> texts;
  GenerationTimes times;
};

/// Is told what a text has grown by, once that is certain.
using ShowText = std::function<void(size_t request, const std::string& more)>;

/// Generates under a policy. Throws InputError for a policy that sees
/// the future, and NonFiniteError (engine/finite.h).
GeneratedTexts generate_texts(std::span<const GenerationRequest> requests, const TextRules& rules,
                              const Transformer& model, const PolicySetup& policy,
                              const Tokenizer& tokenizer, const ShowText& show = {});

}  // namespace multistate
