#include "multistate/checkpoint/model_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {

void check_shape(const std::string& source, std::string_view name,
                 const std::vector<int64_t>& shape, const std::vector<int64_t>& expected) {
  if (shape != expected) {
    throw InputError(fmt::format("{}: tensor {} has shape {}; expected {}", source, in_quotes(name),
                                 shape, expected));
  }
}

void check_vocabulary(const std::string& source, const DecoderSpec& spec,
                      const TokenizerSpec& tokenizer) {
  const auto tokens = static_cast<int64_t>(tokenizer.tokens.size());
  if (tokens > spec.vocabulary_size) {
    throw InputError(fmt::format("{}: the tokenizer has {} tokens, the model only {}", source,
                                 tokens, spec.vocabulary_size));
  }
}

}  // namespace multistate
