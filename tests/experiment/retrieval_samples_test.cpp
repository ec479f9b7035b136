// Samples of retrieval with the real tokenizer, over tasks, lengths and seeds.

#include "multistate/checkpoint/model_file.h"
#include "multistate/text/chat_format.h"

#include "support/real_data.h"
#include "support/synthetic_samples.h"
#include "support/torch.h"

namespace multistate::test::retrieval_samples_test {

TEST_CASE("samples have their length in tokens of a real tokenizer, plain and in a chat",
          "[slow]") {
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const auto tokenizer = Tokenizer::make(file->tokenizer());
  const ChatFormat chat = chat_format(*tokenizer);
  CHECK(chat.name == "ChatML");
  CHECK(answer_end_ids(*tokenizer, &chat) == std::vector<int64_t>{*tokenizer->eos_id()});
  PromptFrame in_chat;
  in_chat.chat = &chat;
  for (const SampleKind& kind : sample_kinds()) {
    for (const PromptFrame& frame : {PromptFrame{}, in_chat}) {
      for (const int64_t length : {500, 1000, 1777, 4096}) {
        for (uint64_t seed = 0; seed < 6; ++seed) {
          const SampleChoice choice = {length, static_cast<double>(seed) / 5.0, seed, 60};
          INFO(kind.task << ", " << length << " tokens, seed " << seed);
          const auto sample = make_sample(kind, choice, *tokenizer, frame);
          CHECK(has_length(sample, choice));
          CHECK(reads_as_expected(kind, sample, *tokenizer));
        }
      }
    }
  }
}

}  // namespace multistate::test::retrieval_samples_test
