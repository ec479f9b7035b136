// The option add_bos: what is asked for, else what the tokenizer says.

#include "multistate/experiment/bos_option.h"

#include "multistate/config/node.h"
#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer_steps.h"

#include "support/input_error.h"
#include "support/torch.h"

namespace multistate::test::bos_option_test {
namespace {

using Ids = std::vector<int64_t>;

BosOption option(const std::string& yaml) {
  const Node node = parse_yaml(yaml, "test");
  OptionReader reader(&node, "experiment.");
  BosOption option;
  option.visit(reader, "");
  return option;
}

TokenizerSpec bytes() {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  std::get<BpeSpec>(spec.kind).pre_tokenizer = gpt2_steps();
  return spec;
}

/// The 256 bytes, of which 1 is BOS where there is one.
std::unique_ptr<Tokenizer> tokenizer(bool has_bos, bool adds_bos) {
  TokenizerSpec spec = bytes();
  if (has_bos) {
    spec.bos_id = 1;
  }
  spec.add_bos = adds_bos;
  return Tokenizer::make(spec);
}

}  // namespace

TEST_CASE("without add_bos the tokenizer decides, and a word about it overrules the tokenizer") {
  for (const bool says : {false, true}) {
    const auto with_bos = tokenizer(true, says);
    CHECK(option("{}").adds(*with_bos) == says);
    CHECK(option("add_bos: tokenizer").adds(*with_bos) == says);
    CHECK(option("add_bos: true").ids(*with_bos) == Ids{1});
    CHECK(option("add_bos: false").ids(*with_bos).empty());
  }
}

TEST_CASE("BOS that is asked for and not there is refused") {
  const auto without = tokenizer(false, false);
  CHECK(option("{}").ids(*without).empty());
  CHECK(option("add_bos: false").ids(*without).empty());
  CHECK(input_error([&] { option("add_bos: true").adds(*without); }) ==
        "experiment.add_bos: the model's tokenizer names no BOS token");
  CHECK_THAT(input_error([] { option("add_bos: maybe"); }), ContainsSubstring("add_bos"));
}

TEST_CASE("an answer ends at every token that ends a text, and at the chat format's own") {
  TokenizerSpec spec = bytes();
  spec.eos_id = 7;
  spec.end_ids = {9, 3, 7};
  const auto made = Tokenizer::make(spec);
  CHECK(made->end_ids() == Ids{3, 7, 9});
  CHECK(answer_end_ids(*made, nullptr) == Ids{3, 7, 9});
  ChatFormat format;
  format.end_ids = {'A'};
  CHECK(answer_end_ids(*made, &format) == Ids{3, 7, 9, 'A'});
  format.end_ids = {9};
  CHECK(answer_end_ids(*made, &format) == Ids{3, 7, 9});
}

TEST_CASE("a chat format that writes BOS itself gets no second one") {
  const auto with_bos = tokenizer(true, true);
  ChatFormat format;
  format.starts_with_bos = true;
  format.before = "user: ";
  CHECK(bos_of_chat(format, *with_bos) == Ids{1});
  CHECK(bos_of_chat(format, *tokenizer(false, false)).empty());
  format.before = "\x01user: ";
  CHECK(bos_of_chat(format, *with_bos).empty());
  format.before = "user: ";
  format.starts_with_bos = false;
  CHECK(bos_of_chat(format, *with_bos).empty());
}

}  // namespace multistate::test::bos_option_test
