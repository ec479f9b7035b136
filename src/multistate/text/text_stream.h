#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// Text that comes token by token, given out as early as it is certain: whole UTF-8 characters, and
/// nothing that may turn out to be the beginning of a stop string.
class TextStream {
 public:
  /// `stops`: the text ends before the first of them that appears; none of them empty.
  explicit TextStream(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// Takes the bytes of a token. Returns what has become certain.
  std::string add(std::string_view bytes);

  /// A stop string has come; nothing more is given out.
  bool stopped() const { return stopped_; }

  /// What was held back, when no more will come.
  std::string finish();

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace multistate
