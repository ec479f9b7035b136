#include "multistate/text/regex.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <oniguruma.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr unsigned long kMaxRetries = 100'000'000;

const OnigUChar* bytes_of(const char* text) {
  return reinterpret_cast<const OnigUChar*>(text);
}

int initialize() {
  static const int status = [] {
    OnigEncoding encoding = ONIG_ENCODING_UTF8;
    return onig_initialize(&encoding, 1);
  }();
  return status;
}

std::string reason(int status, OnigErrorInfo* info) {
  std::array<OnigUChar, ONIG_MAX_ERROR_MESSAGE_LEN> message{};
  if (info != nullptr) {
    onig_error_code_to_str(message.data(), status, info);
  } else {
    onig_error_code_to_str(message.data(), status);
  }
  return reinterpret_cast<const char*>(message.data());
}

struct RegionDeleter {
  void operator()(OnigRegion* region) const { onig_region_free(region, 1); }
};

struct ParametersDeleter {
  void operator()(OnigMatchParam* parameters) const { onig_free_match_param(parameters); }
};

using Parameters = std::unique_ptr<OnigMatchParam, ParametersDeleter>;

Parameters make_parameters() {
  Parameters parameters(onig_new_match_param());
  onig_initialize_match_param(parameters.get());
  onig_set_retry_limit_in_match_of_match_param(parameters.get(), kMaxRetries);
  onig_set_retry_limit_in_search_of_match_param(parameters.get(), kMaxRetries);
  return parameters;
}

}  // namespace

struct Regex::Compiled {
  OnigRegex handle = nullptr;

  ~Compiled() { onig_free(handle); }
};

Regex::Regex(std::string pattern, const std::string& source)
    : pattern_(std::move(pattern)), compiled_(std::make_unique<Compiled>()) {
  OnigErrorInfo info{};
  const int initialized = initialize();
  const int status =
      initialized != ONIG_NORMAL
          ? initialized
          : onig_new(&compiled_->handle, bytes_of(pattern_.data()),
                     bytes_of(pattern_.data() + pattern_.size()), ONIG_OPTION_CAPTURE_GROUP,
                     ONIG_ENCODING_UTF8, ONIG_SYNTAX_RUBY, &info);
  if (status != ONIG_NORMAL) {
    throw InputError(fmt::format("{}: the pattern {} is not a valid regular expression: {}", source,
                                 in_quotes(pattern_), reason(status, &info)));
  }
}

Regex::~Regex() = default;

std::vector<TextSpan> Regex::spans(std::string_view text) const {
  const std::unique_ptr<OnigRegion, RegionDeleter> region(onig_region_new());
  const Parameters parameters = make_parameters();
  const OnigUChar* begin = bytes_of(text.data());
  const OnigUChar* end = begin + text.size();
  TextSpans spans;
  size_t from = 0;
  while (from <= text.size()) {
    const int found = onig_search_with_param(compiled_->handle, begin, end, begin + from, end,
                                             region.get(), ONIG_OPTION_NONE, parameters.get());
    if (found == ONIG_MISMATCH) {
      break;
    }
    if (found < 0) {
      throw InputError(fmt::format("the pattern {} failed on the text at offset {}: {}",
                                   in_quotes(pattern_), from, reason(found, nullptr)));
    }
    const auto match_begin = static_cast<size_t>(region->beg[0]);
    const auto match_end = static_cast<size_t>(region->end[0]);
    const bool empty = match_begin == match_end;
    if (empty && spans.last_end() == match_end) {
      from = match_end < text.size() ? match_end + utf8_length(text.substr(match_end))
                                     : text.size() + 1;
      continue;
    }
    spans.add_match(match_begin, match_end);
    from = match_end;
  }
  return std::move(spans).finish(text.size());
}

bool Regex::matches_start(std::string_view text) const {
  const OnigUChar* begin = bytes_of(text.data());
  const OnigUChar* end = begin + text.size();
  return onig_match(compiled_->handle, begin, end, begin, nullptr, ONIG_OPTION_NONE) >= 0;
}

}  // namespace multistate
