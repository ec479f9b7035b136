#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/text/text_stream.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Texts that grow token by token, each up to the first of the stop strings that appears in it.
class GrowingTexts {
 public:
  /// Keeps a reference to the tokenizer. `stops`: see TextStream.
  GrowingTexts(size_t texts, const std::vector<std::string>& stops, const Tokenizer& tokenizer)
      : tokenizer_(tokenizer), streams_(texts, TextStream(stops)), texts_(texts) {}

  /// Adds a token to a text. Returns what of it has become certain.
  std::string add(size_t text, int64_t id);

  /// A stop string has come in the text; it grows no more.
  bool stopped(size_t text) const { return streams_[text].stopped(); }

  /// Adds what was held back, when no more will come, and returns it.
  std::string finish(size_t text);

  /// What is certain so far.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  const Tokenizer& tokenizer_;
  std::vector<TextStream> streams_;
  std::vector<std::string> texts_;
};

}  // namespace multistate
