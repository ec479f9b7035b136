#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/base/random.h"

namespace multistate {

/// Text that surrounds what is looked for, sentence by sentence, each with the white space before
/// it.
class Filler {
 public:
  virtual ~Filler() = default;

  /// Throws InputError when there is no more.
  virtual std::string next() = 0;
};

/// noise_sentences(), all of them in a random order, then again in another. Keeps a reference.
std::unique_ptr<Filler> noise_filler(Random& random);

/// Consecutive sentences of a text from a random one on, and after its last from its first; each
/// sentence once. `name` is for the message. Keeps references.
std::unique_ptr<Filler> text_filler(const std::vector<std::string>& sentences,
                                    const std::string& name, Random& random);

/// The sentences of a text: they end with '.', '!' or '?', with a closing quote behind it or not,
/// where white space follows. Together they are the text.
std::vector<std::string> split_sentences(std::string_view text);

}  // namespace multistate
