// The tokenizers of real models on whole novels, against Hugging Face's `tokenizers` and an
// independent reading of SentencePiece's rules.

#include <cstring>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/real_data.h"

namespace multistate::test::novels_test {
namespace {

struct Novel {
  const char* file;
  size_t tokens;
  const char* sha256;  ///< Of the ids as little-endian int32.
};

// Of tokenizers 0.23.3; tools/oracle_tokenizers compares the ids themselves.
const std::vector<Novel> kNovels = {
    {"sense_and_sensibility", 167839,
     "7b1a807934fcefa94ab3bb07b99b4bbbe7aee707295127f1c3a7c0c893d8d6c5"},
    {"pride_and_prejudice", 167891,
     "021cf3adbc3034ccca23bd197bef496628293a7bb7dd4a30ad85a7bed8150b0a"},
    {"mansfield_park", 216548, "c22ee7147613c4ad0e8e7e78d84f822230890da16f5ed19783c10470cff813e0"},
    {"emma", 221849, "d7ecd2cb06508c902fbb66cbe947d4c65debc5a54de4b99ae23830b3df64e2e1"},
    {"northanger_abbey", 105508,
     "fec17fa9aff4410c1e3482ec3e6ed1897de5a313580650c13014a688cb6b2f45"},
    {"persuasion", 115861, "70ea5c51676b8e768c0dcb97dab3315cc0b92c62d7d79c0562ebcc479ad6465d"},
};

// SentencePiece in a GGUF file: by a plain program of llama.cpp's rules, whose ids of 48 test texts
// are also those of the model's tokenizer.json.
const Novel kGemmaNovel = {"persuasion", 111587,
                           "84bdce3cf234d9bd08b8c7e20a99057bd3791d83fe3b311649020f35ee08ac06"};

std::string digest(const std::vector<int64_t>& ids) {
  std::string bytes;
  for (const int64_t id : ids) {
    const auto value = static_cast<uint32_t>(id);
    for (int shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>((value >> shift) & 0xFFU);
    }
  }
  return sha256_hex(bytes);
}

std::unique_ptr<Tokenizer> real_tokenizer() {
  return Tokenizer::make(
      ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"))->tokenizer());
}

}  // namespace

TEST_CASE("the ids of six novels are Hugging Face's, and decode to the text", "[slow]") {
  const auto tokenizer = real_tokenizer();
  for (const Novel& novel : kNovels) {
    INFO(novel.file);
    const auto text = read_file(real_file("austen/" + std::string(novel.file) + ".txt"));
    const auto ids = tokenizer->encode(text);
    CHECK(ids.size() == novel.tokens);
    CHECK(digest(ids) == novel.sha256);
    CHECK(tokenizer->decode(ids) == text);
  }
}

TEST_CASE("the ids of a novel are those of Gemma 3's vocabulary, and decode to the text",
          "[slow]") {
  const auto tokenizer =
      Tokenizer::make(ModelFile::open(real_file("models/gemma-3-270m.gguf"))->tokenizer());
  const auto text = read_file(real_file("austen/" + std::string(kGemmaNovel.file) + ".txt"));
  const auto ids = tokenizer->encode(text);
  CHECK(ids.size() == kGemmaNovel.tokens);
  CHECK(digest(ids) == kGemmaNovel.sha256);
  CHECK(tokenizer->decode(ids) == text);
  CHECK(tokenizer->bos_id() == 2);
  CHECK(tokenizer->add_bos());
}

TEST_CASE("the ids of a line with digits, contractions and spaces are Hugging Face's", "[slow]") {
  const std::vector<int64_t> expected = {19556, 905, 17,   216, 33, 34,  35,   36,   37,
                                         357,   506, 9627, 23,  67, 256, 1116, 1792, 26411};
  CHECK(real_tokenizer()->encode("Hello world! 12345 it's IT'S  \n\n x \u00e9") == expected);
}

}  // namespace multistate::test::novels_test
