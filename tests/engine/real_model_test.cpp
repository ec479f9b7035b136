// Our logits against Hugging Face's on the real model.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "multistate/base/mapped_file.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/threads.h"

#include "support/real_data.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::real_model_test {

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
  SampleState state = evaluator.start({}, {.tokens = 128});
  PhaseSeconds seconds;
  const auto hidden = evaluator.advance(ids, state, seconds);
  const auto logits = all_logits(*model, hidden.narrow(0, 127, 1));
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

namespace {

/// TOVA's score of the row at `position` for the query of `step`, over the rows alive then: plain
/// loops in double precision.
double tova_score(const Qkv& qkv, const std::vector<int64_t>& alive, int64_t step,
                  int64_t position) {
  const int64_t heads = qkv.queries.size(0);
  const int64_t group = heads / qkv.keys.size(0);
  const int64_t size = qkv.keys.size(2);
  double score = 0.0;
  for (int64_t head = 0; head < heads; ++head) {
    const auto query = qkv.queries.select(0, head).select(0, step).to(at::kDouble);
    const auto keys = qkv.keys.select(0, head / group).to(at::kDouble);
    double total = 0.0;
    double own = 0.0;
    for (const int64_t row : alive) {
      const auto logit = query.dot(keys.select(0, row)).item<double>();
      const double weight = std::exp(logit / std::sqrt(static_cast<double>(size)));
      total += weight;
      own = row == position ? weight : own;
    }
    score += own / total / static_cast<double>(heads);
  }
  return score;
}

/// The first step after which two traces of one layer keep other rows; none when there is none.
std::optional<int64_t> first_difference(const RowTrace& left, const RowTrace& right) {
  std::optional<int64_t> first;
  for (size_t position = 0; position < left.evicted_at().size(); ++position) {
    const int64_t a = left.evicted_at()[position];
    const int64_t b = right.evicted_at()[position];
    if (a != b) {
      // A row that is alive at the end went later than any other.
      const int64_t step = a == RowTrace::kAlive ? b : (b == RowTrace::kAlive ? a : std::min(a, b));
      first = std::min(first.value_or(step), step);
    }
  }
  return first;
}

/// Of two traces that agree before `step`: the row that the first evicted there.
int64_t evicted_in(const RowTrace& trace, int64_t step) {
  const auto& steps = trace.evicted_at();
  return std::find(steps.begin(), steps.end(), step) - steps.begin();
}

}  // namespace

TEST_CASE("on the real model blocks keep the rows that tokens keep, or two that tie", "[slow]") {
  constexpr int64_t kTokens = 1024;
  set_intra_op_threads(1);
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const auto model = Transformer::load(*file, at::kFloat);
  auto ids =
      Tokenizer::make(file->tokenizer())->encode(read_file(real_file("austen/persuasion.txt")));
  ids.resize(kTokens);
  const auto setup = set_up_policy("tova", 256);
  std::vector<int64_t> positions(kTokens);
  std::iota(positions.begin(), positions.end(), 0);
  const auto table = model->rotary_tables(positions, kTokens);
  const auto hidden = model->embed(ids);
  int64_t ties = 0;
  for (int64_t layer = 0; layer < model->spec().layer_count(); ++layer) {
    INFO("layer " << layer);
    const auto qkv = model->project(layer, hidden, table);
    LayerState by_token(model->spec(), setup, layer, {}, {.tokens = kTokens}, at::kFloat);
    LayerState by_block(model->spec(), setup, layer, {}, {.tokens = kTokens}, at::kFloat);
    const auto expected = token_scan().attend(qkv, by_token);
    const auto actual = block_scan().attend(qkv, by_block);
    const RowTrace& left = by_token.sets().front().trace;
    const RowTrace& right = by_block.sets().front().trace;
    const auto difference = first_difference(left, right);
    const int64_t same = difference ? *difference + 1 : kTokens;
    CHECK(actual.sub(expected).narrow(0, 0, same).abs().max().item<float>() < 1e-4F);
    if (difference) {
      auto alive = left.kept_after(*difference - 1);
      alive.push_back(*difference);
      CHECK(std::abs(tova_score(qkv, alive, *difference, evicted_in(left, *difference)) -
                     tova_score(qkv, alive, *difference, evicted_in(right, *difference))) < 1e-6);
      ++ties;
    }
    model->finish(layer, hidden, expected);
  }
  CHECK(ties <= 2);
}

}  // namespace multistate::test::real_model_test
