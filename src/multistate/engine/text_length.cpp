#include "multistate/engine/text_length.h"

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {

void check_text_length(const DecoderSpec& spec, const PolicySetup& setup,
                       const SampleLength& length) {
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
