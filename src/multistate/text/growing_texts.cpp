#include "multistate/text/growing_texts.h"

#include <span>

namespace multistate {

std::string GrowingTexts::add(size_t text, int64_t id) {
  std::string certain = streams_[text].add(tokenizer_.token_bytes(id));
  texts_[text] += certain;
  return certain;
}

std::string GrowingTexts::finish(size_t text) {
  std::string rest = streams_[text].finish();
  texts_[text] += rest;
  return rest;
}

}  // namespace multistate
