#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "multistate/experiment/documents.h"

namespace multistate {

/// A tagged word of a document.
struct WordTag {
  int64_t begin = 0;  ///< Bytes of the document, the last one not included.
  int64_t end = 0;
  std::string tag;
};

/// Where the tags of a document lie: `path` itself, or, in a folder, <name>.tags.jsonl for the
/// document <name>.txt.
std::filesystem::path tag_file_of(const std::filesystem::path& path, const Document& document);

/// Reads the tags of a document's words from lines of JSON. The first says what the file is:
///
///     {"schema": "multistate.tags", "version": 1, "sha256": <of the text>, "tagger": "spaCy ..."}
///
/// each further one is a word, by the characters (Unicode code points) that it covers, the last one
/// not included, in order and without overlaps:
///
///     {"begin": 0, "end": 10, "tag": "NNP"}
///
/// Throws InputError with file, line and field for anything else, and for tags of another text.
std::vector<WordTag> read_word_tags(const std::filesystem::path& file, const Document& document);

/// For each of consecutive tokens (their ends in bytes of the document, the first beginning at
/// `begin`), the index of the word that it shares the most bytes with, the earlier one where two
/// share as many; -1 where there is none.
std::vector<int64_t> words_of_tokens(std::span<const WordTag> words, int64_t begin,
                                     std::span<const int64_t> ends);

}  // namespace multistate
