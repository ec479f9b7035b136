#include "multistate/experiment/bos_option.h"

#include "multistate/base/error.h"

namespace multistate {

void BosOption::visit(OptionVisitor& v, const char* help) {
  v.choice("add_bos", choice_,
           {{"tokenizer", Choice::kTokenizer}, {"true", Choice::kOn}, {"false", Choice::kOff}},
           help);
}

bool BosOption::adds(const Tokenizer& tokenizer) const {
  if (is_on() && !tokenizer.bos_id()) {
    throw InputError("experiment.add_bos: the model's tokenizer names no BOS token");
  }
  return is_on() || (choice_ == Choice::kTokenizer && tokenizer.add_bos());
}

std::vector<int64_t> BosOption::ids(const Tokenizer& tokenizer) const {
  return adds(tokenizer) ? std::vector<int64_t>{tokenizer.bos_id().value()}
                         : std::vector<int64_t>{};
}

std::vector<int64_t> begin_with(const std::vector<int64_t>& bos, std::vector<int64_t> ids) {
  if (ids.empty() || bos.empty() || ids.front() != bos.front()) {
    ids.insert(ids.begin(), bos.begin(), bos.end());
  }
  return ids;
}

std::vector<int64_t> bos_of_chat(const ChatFormat& format, const Tokenizer& tokenizer) {
  const auto bos = tokenizer.bos_id();
  if (!format.starts_with_bos || !bos) {
    return {};
  }
  const auto text = tokenizer.encode(format.before);
  const bool written = !text.empty() && text.front() == *bos;
  return written ? std::vector<int64_t>{} : std::vector<int64_t>{*bos};
}

}  // namespace multistate
