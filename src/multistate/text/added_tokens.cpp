#include "multistate/text/added_tokens.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const std::string& source)
    : tokens_(std::move(tokens)) {
  std::set<std::string> seen;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const std::string& content = tokens_[i].content;
    if (content.empty() || !seen.insert(content).second) {
      throw InputError(fmt::format("{}: the added token {} ({}) is {}", source, tokens_[i].id,
                                   in_quotes(content), content.empty() ? "empty" : "given twice"));
    }
    by_first_byte_[static_cast<unsigned char>(content.front())].push_back(i);
  }
  for (auto& indices : by_first_byte_) {
    std::sort(indices.begin(), indices.end(), [this](size_t a, size_t b) {
      return tokens_[a].content.size() > tokens_[b].content.size();
    });
  }
}

const AddedToken* AddedTokens::longest_at(std::string_view text) const {
  for (const size_t index : by_first_byte_[static_cast<unsigned char>(text.front())]) {
    if (text.substr(0, tokens_[index].content.size()) == tokens_[index].content) {
      return &tokens_[index];
    }
  }
  return nullptr;
}

void AddedTokens::split(std::string_view text,
                        const std::function<void(std::string_view)>& text_between,
                        const std::function<void(const AddedToken&)>& token) const {
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    const AddedToken* found = longest_at(text.substr(i));
    if (found == nullptr) {
      ++i;
      continue;
    }
    if (i > begin) {
      text_between(text.substr(begin, i - begin));
    }
    token(*found);
    i += found->content.size();
    begin = i;
  }
  if (begin < text.size()) {
    text_between(text.substr(begin));
  }
}

}  // namespace multistate
