#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// Text that arrives token by token, emitted as early as it is certain: whole UTF-8 characters, and
/// nothing that may turn out to begin a stop string.
class TextStream {
 public:
  /// `stops`: the text ends before the first of them that appears; none of them empty.
  explicit TextStream(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// Takes the bytes of a token. Returns what has become certain.
  std::string add(std::string_view bytes);

  /// Whether a stop string was reached; nothing more is emitted.
  bool stopped() const { return stopped_; }

  /// What was held back, after the last token.
  std::string finish();

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace multistate
