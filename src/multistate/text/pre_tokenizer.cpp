#include "multistate/text/pre_tokenizer.h"

#include <array>

#include <fmt/format.h>
#include <oniguruma.h>
#include <utf8proc.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using Take = std::function<void(std::string_view)>;

const OnigUChar* bytes_of(const char* text) {
  return reinterpret_cast<const OnigUChar*>(text);
}

/// A compiled pattern.
class Regex {
 public:
  Regex(const std::string& pattern, const std::string& source) {
    static const int initialized = [] {
      OnigEncoding encoding = ONIG_ENCODING_UTF8;
      return onig_initialize(&encoding, 1);
    }();
    OnigErrorInfo info{};
    const int status =
        initialized != ONIG_NORMAL
            ? initialized
            : onig_new(&handle_, bytes_of(pattern.data()),
                       bytes_of(pattern.data() + pattern.size()), ONIG_OPTION_CAPTURE_GROUP,
                       ONIG_ENCODING_UTF8, ONIG_SYNTAX_RUBY, &info);
    if (status != ONIG_NORMAL) {
      std::array<OnigUChar, ONIG_MAX_ERROR_MESSAGE_LEN> message{};
      onig_error_code_to_str(message.data(), status, &info);
      throw InputError(fmt::format("{}: the pattern {} is not a valid regular expression: {}",
                                   source, in_quotes(pattern),
                                   reinterpret_cast<const char*>(message.data())));
    }
  }
  ~Regex() { onig_free(handle_); }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  OnigRegex handle() const { return handle_; }

 private:
  OnigRegex handle_ = nullptr;
};

struct RegionDeleter {
  void operator()(OnigRegion* region) const { onig_region_free(region, 1); }
};

void take_unless_empty(std::string_view piece, const Take& take) {
  if (!piece.empty()) {
    take(piece);
  }
}

/// Matches and the gaps between them, each a piece.
void split_by_regex(const Regex& regex, std::string_view text, const Take& take) {
  const std::unique_ptr<OnigRegion, RegionDeleter> region(onig_region_new());
  const OnigUChar* begin = bytes_of(text.data());
  const OnigUChar* end = begin + text.size();
  size_t done = 0;
  size_t from = 0;
  while (from <= text.size()) {
    const int found =
        onig_search(regex.handle(), begin, end, begin + from, end, region.get(), ONIG_OPTION_NONE);
    if (found == ONIG_MISMATCH) {
      break;
    }
    if (found < 0) {
      throw InputError(
          fmt::format("the pre-tokenizer's regular expression failed (Oniguruma error {})", found));
    }
    const auto match_begin = static_cast<size_t>(region->beg[0]);
    const auto match_end = static_cast<size_t>(region->end[0]);
    take_unless_empty(text.substr(done, match_begin - done), take);
    take_unless_empty(text.substr(match_begin, match_end - match_begin), take);
    done = match_end;
    // An empty match must not be found again at the same place.
    from = match_end > match_begin || match_end >= text.size()
               ? match_end + (match_end == match_begin ? 1 : 0)
               : match_end + utf8_length(text.substr(match_end));
  }
  take_unless_empty(text.substr(done), take);
}

bool is_numeric(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

/// Every numeric character by itself, and the runs between them.
void isolate_digits(std::string_view text, const Take& take) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length = static_cast<size_t>(
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i),
                         static_cast<utf8proc_ssize_t>(text.size() - i), &code_point));
    if (is_numeric(code_point)) {
      take_unless_empty(text.substr(begin, i - begin), take);
      take(text.substr(i, length));
      begin = i + length;
    }
    i += length;
  }
  take_unless_empty(text.substr(begin), take);
}

}  // namespace

class PreTokenizer::Step {
 public:
  Step(const PreTokenizerStep& step, const std::string& source) {
    if (step.kind == PreTokenizerStep::Kind::kSplitRegex) {
      regex_ = std::make_unique<Regex>(step.pattern, source);
    }
  }

  void split(std::string_view text, const Take& take) const {
    if (regex_ != nullptr) {
      split_by_regex(*regex_, text, take);
    } else {
      isolate_digits(text, take);
    }
  }

 private:
  std::unique_ptr<Regex> regex_;
};

PreTokenizer::PreTokenizer(const std::vector<PreTokenizerStep>& steps, const std::string& source) {
  for (const PreTokenizerStep& step : steps) {
    steps_.push_back(std::make_unique<Step>(step, source));
  }
}

PreTokenizer::~PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;

void PreTokenizer::split(std::string_view text, const Take& take) const {
  split_from(0, text, take);
}

void PreTokenizer::split_from(size_t step, std::string_view text, const Take& take) const {
  if (step == steps_.size()) {
    take_unless_empty(text, take);
    return;
  }
  steps_[step]->split(text, [&](std::string_view piece) { split_from(step + 1, piece, take); });
}

PreTokenizerStep gpt2_split() {
  return {PreTokenizerStep::Kind::kSplitRegex,
          R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"};
}

NamedPreTokenizer named_pre_tokenizer(std::string_view name, std::string_view source) {
  if (name == "gpt-2") {
    return {.steps = {gpt2_split()}};
  }
  if (name == "smollm") {
    return {.steps = {{PreTokenizerStep::Kind::kIsolateDigits, ""}, gpt2_split()}};
  }
  throw InputError(
      fmt::format("{}: the pre-tokenizer {} is not supported; supported: 'gpt-2', 'smollm'", source,
                  in_quotes(name)));
}

}  // namespace multistate
