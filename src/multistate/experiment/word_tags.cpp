#include "multistate/experiment/word_tags.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr const char* kSchema = "multistate.tags";
constexpr int64_t kVersion = 1;

void reject_others(const JsonObject& object, std::span<const std::string> known) {
  for (const auto& [key, value] : object.members().items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw InputError(fmt::format("{}: unknown field {}; expected {}", object.source(),
                                   in_quotes(key), join(known)));
    }
  }
}

void check_header(const JsonObject& header, const Document& document) {
  static const std::vector<std::string> known = {"schema", "version", "sha256", "tagger"};
  reject_others(header, known);
  if (header.required(&JsonObject::string, "schema") != kSchema) {
    header.fail("schema", fmt::format("\"{}\"", kSchema));
  }
  if (header.required(&JsonObject::integer, "version") != kVersion) {
    header.fail("version", std::to_string(kVersion));
  }
  header.required(&JsonObject::string, "tagger");
  const std::string of_text = sha256_hex(document.text);
  if (header.required(&JsonObject::string, "sha256") != of_text) {
    header.fail("sha256", fmt::format("{}, that of {}: the tags are those of another text", of_text,
                                      document.name));
  }
}

/// Goes through a text, from one number of characters to a greater one.
class Characters {
 public:
  explicit Characters(const Document& document) : document_(document) {}

  /// Byte at which character `index` begins, that after the last included; -1 beyond the text.
  int64_t byte_of(int64_t index) {
    while (character_ < index && byte_ < document_.text.size()) {
      const size_t length = utf8_length(std::string_view(document_.text).substr(byte_));
      if (length == 0) {
        throw InputError(fmt::format("{}: byte {} is no valid UTF-8", document_.name, byte_));
      }
      byte_ += length;
      ++character_;
    }
    return character_ == index ? static_cast<int64_t>(byte_) : -1;
  }
  int64_t position() const { return character_; }

 private:
  const Document& document_;
  size_t byte_ = 0;
  int64_t character_ = 0;
};

WordTag read_word(const JsonObject& line, Characters& characters) {
  static const std::vector<std::string> known = {"begin", "end", "tag"};
  reject_others(line, known);
  WordTag word;
  const int64_t before = characters.position();
  const auto begin = line.required(&JsonObject::integer, "begin");
  const auto end = line.required(&JsonObject::integer, "end");
  word.tag = line.required(&JsonObject::string, "tag");
  if (begin < before) {
    line.fail("begin", fmt::format("at least {}, where the word before ends", before));
  }
  if (end <= begin) {
    line.fail("end", fmt::format("more than 'begin', {}", begin));
  }
  if (word.tag.empty()) {
    line.fail("tag", "a name");
  }
  word.begin = characters.byte_of(begin);
  word.end = word.begin < 0 ? -1 : characters.byte_of(end);
  if (word.end < 0) {
    line.fail(word.begin < 0 ? "begin" : "end",
              fmt::format("at most {}, the characters of the text", characters.position()));
  }
  return word;
}

}  // namespace

std::filesystem::path tag_file_of(const std::filesystem::path& path, const Document& document) {
  if (!std::filesystem::is_directory(path)) {
    return path;
  }
  return path / (std::filesystem::path(document.name).stem().string() + ".tags.jsonl");
}

std::vector<WordTag> read_word_tags(const std::filesystem::path& file, const Document& document) {
  const std::string text = read_file(file);
  Characters characters(document);
  std::vector<WordTag> words;
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string source = fmt::format("{}: line {}", file.string(), ++number);
    const auto json = parse_strict_json(std::string_view(text).substr(begin, end - begin), source);
    const JsonObject line(json, source);
    if (number == 1) {
      check_header(line, document);
    } else {
      words.push_back(read_word(line, characters));
    }
    begin = end + 1;
  }
  if (words.empty()) {
    throw InputError(fmt::format("{}: holds no tagged word", file.string()));
  }
  return words;
}

std::vector<int64_t> words_of_tokens(std::span<const WordTag> words, int64_t begin,
                                     std::span<const int64_t> ends) {
  std::vector<int64_t> found;
  found.reserve(ends.size());
  size_t word = 0;
  for (const int64_t end : ends) {
    while (word < words.size() && words[word].end <= begin) {
      ++word;
    }
    int64_t best = -1;
    int64_t most = 0;
    for (size_t i = word; i < words.size() && words[i].begin < end; ++i) {
      const int64_t shared = std::min(end, words[i].end) - std::max(begin, words[i].begin);
      if (shared > most) {
        most = shared;
        best = static_cast<int64_t>(i);
      }
    }
    found.push_back(best);
    begin = end;
  }
  return found;
}

}  // namespace multistate
