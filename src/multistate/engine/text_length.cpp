#include "multistate/engine/text_length.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/engine/replay.h"

namespace multistate {
namespace {

void check_plan(const PolicySetup& setup, const SampleLength& length) {
  for (const LayerRange& range : setup.layers) {
    check_plan(*range.setup, length);
  }
  if (setup.layers.empty() && setup.needs.future && setup.needs.future->exact &&
      length.tokens > kLongestPlan) {
    throw InputError(
        fmt::format("policy {}: an exact plan is made for samples of at most {} tokens; one here "
                    "has {}",
                    setup.entry->info.name, kLongestPlan, length.tokens));
  }
}

void check_replay(const DecoderSpec& spec, const PolicySetup& setup, const SampleLength& length) {
  for (const LayerRange& range : setup.layers) {
    check_replay(spec, *range.setup, length);
  }
  if (!setup.layers.empty() || !setup.replays() || !setup.measures_prompt(length)) {
    return;
  }
  const int64_t tokens = longest_replay(setup, length.prompt);
  for (const LayerSpec& layer : spec.layers) {
    const RotationSpec& rotation = layer.attention.rotation;
    if (rotation.of_text(std::max(tokens, length.tokens)) != rotation.of_text(length.tokens)) {
      throw InputError(fmt::format(
          "policy {}: a prompt of {} tokens that is read again makes a text of {}, but RoPE "
          "scaling '{}' depends on the length of the text beyond {} tokens",
          setup.entry->info.name, length.prompt, tokens, rotation.scaling, *rotation.limit));
    }
  }
}

}  // namespace

void check_text_length(const DecoderSpec& spec, const PolicySetup& setup,
                       const SampleLength& length) {
  check_plan(setup, length);
  check_replay(spec, setup, length);
  const RotationSpec* rotation = spec.rotation_of_long_texts(length.tokens);
  if (rotation == nullptr) {
    return;
  }
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format(
        "the model{}{} has RoPE scaling '{}', whose frequencies depend on the length of "
        "the text beyond {} tokens; a sample has {}, {}",
        spec.name.empty() ? "" : " ", spec.name, rotation->scaling, *rotation->limit, length.tokens,
        why));
  };
  if (length.open && (rotation->growth || length.prompt <= *rotation->limit)) {
    // Keys that are in the cache would have to be rotated anew when the text outgrows the limit.
    refuse(
        fmt::format("of which {} are generated one by one: the frequencies would change on the "
                    "way",
                    length.tokens - length.prompt));
  }
  if (setup.rotates_anew()) {
    refuse("which is no length for rows that move: use policy.positions: original");
  }
}

}  // namespace multistate
