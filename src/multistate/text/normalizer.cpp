#include "multistate/text/normalizer.h"

#include <utility>

#include "multistate/text/unicode_form.h"

namespace multistate {

class Normalizer::Step {
 public:
  Step(const NormalizerStep& step, const std::string& source) : step_(step) {
    if (const auto* replace = std::get_if<ReplaceText>(&step)) {
      matcher_ = std::make_unique<TextMatcher>(replace->pattern, source);
    }
  }

  std::string apply(std::string text, bool prepend) const {
    if (const auto* written = std::get_if<PrependText>(&step_)) {
      return prepend && !text.empty() ? written->text + text : text;
    }
    if (const auto* replace = std::get_if<ReplaceText>(&step_)) {
      return replace_matches(*matcher_, text, replace->replacement);
    }
    return to_form(std::get<UnicodeForm>(step_).form, std::move(text));
  }

 private:
  NormalizerStep step_;
  std::unique_ptr<const TextMatcher> matcher_;
};

Normalizer::Normalizer(const std::vector<NormalizerStep>& steps, const std::string& source) {
  for (const NormalizerStep& step : steps) {
    steps_.push_back(std::make_unique<const Step>(step, source));
  }
}

Normalizer::~Normalizer() = default;

std::string Normalizer::normalize(std::string_view text, bool prepend) const {
  std::string normalized(text);
  for (const auto& step : steps_) {
    normalized = step->apply(std::move(normalized), prepend);
  }
  return normalized;
}

std::string replace_matches(const TextMatcher& matcher, std::string_view text,
                            std::string_view replacement) {
  std::string replaced;
  replaced.reserve(text.size());
  for (const TextSpan& span : matcher.spans(text)) {
    replaced += span.match ? replacement : text.substr(span.begin, span.end - span.begin);
  }
  return replaced;
}

}  // namespace multistate
