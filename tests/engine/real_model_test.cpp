// Our logits against Hugging Face's on the real model.

#include <cmath>
#include <utility>

#include "multistate/base/mapped_file.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/threads.h"

#include "support/real_data.h"
#include "support/torch.h"

namespace multistate::test {

// Logits of the position after the first 128 tokens of Persuasion by transformers 5.23.0 on
// PyTorch 2.13.0 (LlamaForCausalLM, float32), from the same GGUF file decoded by the Python package
// gguf.
TEST_CASE("logits equal Hugging Face's", "[slow]") {
  const std::vector<std::pair<int64_t, double>> expected = {
      {0, 0.0117260},      {3072, -5.2653170},  {6144, 5.8950171},   {9216, 2.9339495},
      {12288, 3.5291183},  {15360, 4.6770992},  {18432, -4.3144522}, {21504, -2.2119625},
      {24576, 4.4351358},  {27648, 0.6140630},  {30720, 3.0141635},  {33792, 2.3081594},
      {36864, -1.5603905}, {39936, -2.7160323}, {43008, 2.1983600},  {46080, -3.9505546},
      {288, 17.6624699},   {650, 17.3272839},   {260, 16.9869480},   {351, 15.7342472},
      {1980, 15.5950832},  {429, 15.5528173},   {335, 15.5080748},   {28, 15.4496918},
  };
  set_intra_op_threads(1);
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const auto model = Transformer::load(*file, at::kFloat);
  auto ids =
      Tokenizer::make(file->tokenizer())->encode(read_file(real_file("austen/persuasion.txt")));
  ids.resize(128);
  const auto setup = set_up_policy("full", 0);
  const Evaluator evaluator(*model, setup);
  SampleState state = evaluator.start({}, 128);
  PhaseSeconds seconds;
  const auto hidden = evaluator.advance(ids, state, seconds);
  const auto logits = model->normalize(hidden.narrow(0, 127, 1)).matmul(model->head());
  const float* values = logits.data_ptr<float>();

  double squares = 0.0;
  for (int64_t id = 0; id < logits.numel(); ++id) {
    squares += static_cast<double>(values[id]) * static_cast<double>(values[id]);
  }
  CHECK(std::abs(std::sqrt(squares) - 877.166493) < 1e-4 * 877.166493);
  for (const auto& [id, logit] : expected) {
    INFO("token " << id << ": " << values[id]);
    // Relative to the size of logits: a single one may be next to zero.
    CHECK(std::abs(static_cast<double>(values[id]) - logit) < 1e-4 * 17.662470);
  }
}

}  // namespace multistate::test
