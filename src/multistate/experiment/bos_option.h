#pragma once

#include <cstdint>
#include <vector>

#include "multistate/config/options.h"
#include "multistate/text/chat_format.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The option `add_bos` of experiments: whether a text begins with the model's BOS token. Unless it
/// is given, that is what the tokenizer says (Tokenizer::add_bos). Results hold what it came to;
/// see Workload::settled_options.
class BosOption {
 public:
  void visit(OptionVisitor& v, const char* help);

  /// Whether BOS is asked for, whatever the tokenizer says.
  bool is_on() const { return choice_ == Choice::kOn; }

  /// Throws InputError when BOS is asked for and the tokenizer has none.
  bool adds(const Tokenizer& tokenizer) const;

  /// The token, or nothing where adds() is false.
  std::vector<int64_t> ids(const Tokenizer& tokenizer) const;

 private:
  enum class Choice { kTokenizer, kOn, kOff };
  Choice choice_ = Choice::kTokenizer;
};

/// `ids` with the BOS token first, unless they begin with it; as they are where `bos` is empty.
std::vector<int64_t> begin_with(const std::vector<int64_t>& bos, std::vector<int64_t> ids);

/// What stands before a prompt in a chat format: the BOS token, or nothing where the format has
/// none, writes it itself as the first token of its text, or the tokenizer has none to write.
std::vector<int64_t> bos_of_chat(const ChatFormat& format, const Tokenizer& tokenizer);

}  // namespace multistate
