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

  /// Adds a token to a text. Returns the part of it that has become certain.
  std::string add(size_t text, int64_t id);

  /// Whether the text has reached a stop string; it grows no more.
  bool stopped(size_t text) const { return streams_[text].stopped(); }

  /// Adds what was held back, after the last token, and returns it.
  std::string finish(size_t text);

  /// The certain part so far.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  const Tokenizer& tokenizer_;
  std::vector<TextStream> streams_;
  std::vector<std::string> texts_;
};

}  // namespace multistate
