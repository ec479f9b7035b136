#include "multistate/text/text_stream.h"

#include <algorithm>
#include <utility>

namespace multistate {
namespace {

/// Where the earliest stop string begins; npos when there is none.
size_t find_stop(const std::string& text, const std::vector<std::string>& stops) {
  size_t first = std::string::npos;
  for (const std::string& stop : stops) {
    first = std::min(first, text.find(stop));
  }
  return first;
}

/// Bytes at the end of `text` that are the beginning of a stop string.
size_t begun_stop(std::string_view text, const std::vector<std::string>& stops) {
  size_t longest = 0;
  for (const std::string& stop : stops) {
    for (size_t size = std::min(text.size(), stop.size() - 1); size > longest; --size) {
      if (text.substr(text.size() - size) == std::string_view(stop).substr(0, size)) {
        longest = size;
      }
    }
  }
  return longest;
}

/// Bytes at the end of `text` that are the beginning of a UTF-8 character.
size_t begun_character(std::string_view text) {
  for (size_t size = 1; size <= std::min<size_t>(3, text.size()); ++size) {
    const auto byte = static_cast<unsigned char>(text[text.size() - size]);
    if ((byte & 0xC0U) == 0x80U) {
      continue;  // A continuation: the first byte is further ahead.
    }
    const size_t whole = byte >= 0xF0U ? 4 : (byte >= 0xE0U ? 3 : (byte >= 0xC0U ? 2 : 1));
    return whole > size ? size : 0;
  }
  return 0;
}

}  // namespace

std::string TextStream::add(std::string_view bytes) {
  if (stopped_) {
    return "";
  }
  held_ += bytes;
  const size_t stop = find_stop(held_, stops_);
  if (stop != std::string::npos) {
    stopped_ = true;
    held_.resize(stop);
    return std::exchange(held_, "");
  }
  const size_t keep = std::max(begun_stop(held_, stops_), begun_character(held_));
  std::string certain = held_.substr(0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return certain;
}

std::string TextStream::finish() {
  return std::exchange(held_, "");
}

}  // namespace multistate
