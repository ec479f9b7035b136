// Prompts that are read again before they are cut.

#include "multistate/engine/replay.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/conformance/differences.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/model_tokens.h"
#include "multistate/policy/by_layer.h"

#include "support/temporary_folder.h"
#include "support/tiny_transformer.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

constexpr int64_t kReplayPrompt = 40;
constexpr int64_t kReplayTokens = 46;

std::vector<int64_t> replay_text() {
  std::vector<int64_t> ids;
  for (int64_t token = 0; token < kReplayTokens; ++token) {
    ids.push_back((token * token * 7 + 3 * token + 1) % 97);
  }
  return ids;
}

/// Attention to all rows, of which queries and keys are kept, [heads][T][D] a layer.
class RecordingScan final : public LayerScan {
 public:
  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    seen.emplace_back(qkv.queries.to(at::kDouble).contiguous(),
                      qkv.keys.to(at::kDouble).contiguous());
    return causal_scan().attend(qkv, state);
  }

  mutable std::vector<std::pair<at::Tensor, at::Tensor>> seen;
};

/// Queries and keys of the whole text `ids`, by layer.
std::vector<std::pair<at::Tensor, at::Tensor>> queries_and_keys(const Transformer& model,
                                                                const std::vector<int64_t>& ids) {
  RecordingScan scan;
  const Evaluator evaluator(model, keep_all_setup(), &scan);
  SampleState state = evaluator.start({}, {.tokens = std::ssize(ids)});
  PhaseSeconds seconds;
  evaluator.prefill(ids, state, seconds);
  return scan.seen;
}

/// The rows of all layers and heads with the largest scores as [layer][head], from the definition:
/// each part is read again behind the prompt and its instruction, in a text of its own.
std::vector<std::vector<std::vector<int64_t>>> looked_up(const Transformer& model, int64_t k,
                                                         int64_t chunk, int64_t sinks) {
  const auto text = replay_text();
  const std::vector<int64_t> prompt(text.begin(), text.begin() + kReplayPrompt);
  const ReplayIds& texts = *some_model().replay_ids;
  const AttentionSpec& attention = model.spec().layer(0).attention;
  const int64_t layers = model.spec().layer_count();
  const int64_t group = attention.heads / attention.kv_heads;
  // [layer][kv_head][row]
  std::vector<double> scores(static_cast<size_t>(layers * attention.kv_heads * kReplayPrompt), 0.0);
  for (int64_t first = 0; first < kReplayPrompt; first += chunk) {
    const int64_t end = std::min(first + chunk, kReplayPrompt);
    auto ids = prompt;
    const auto add = [&](const auto& more) { ids.insert(ids.end(), more.begin(), more.end()); };
    add(first == 0 ? texts.first : texts.later);
    add(std::vector(prompt.begin() + std::max<int64_t>(first - 8, 0), prompt.begin() + first));
    add(texts.end);
    add(std::vector(prompt.begin() + first, prompt.begin() + end));
    const auto seen = queries_and_keys(model, ids);
    for (int64_t layer = 0; layer < layers; ++layer) {
      const auto& [queries, keys] = seen[static_cast<size_t>(layer)];
      for (int64_t head = 0; head < attention.heads; ++head) {
        const auto logits = queries[head].matmul(keys[head / group].t()).mul(attention.scale).exp();
        for (int64_t query = kReplayPrompt; query < std::ssize(ids); ++query) {
          const auto given = logits[query];
          double total = given.narrow(0, 0, std::min(first, sinks)).sum().item<double>();
          total += given.narrow(0, first, end - first).sum().item<double>();
          total += given.narrow(0, kReplayPrompt, query + 1 - kReplayPrompt).sum().item<double>();
          for (int64_t row = first; row < end; ++row) {
            const int64_t set = layer * attention.kv_heads + head / group;
            double& most = scores[static_cast<size_t>(set * kReplayPrompt + row)];
            most = std::max(most, given[row].item<double>() / total);
          }
        }
      }
    }
  }
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] += static_cast<int64_t>(i) % kReplayPrompt < sinks ? 2.0 : 0.0;
  }
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  order.resize(static_cast<size_t>(k * layers * attention.kv_heads));
  std::sort(order.begin(), order.end());
  std::vector<std::vector<std::vector<int64_t>>> kept(
      static_cast<size_t>(layers),
      std::vector<std::vector<int64_t>>(static_cast<size_t>(attention.kv_heads)));
  for (const size_t i : order) {
    const auto set = static_cast<int64_t>(i) / kReplayPrompt;
    kept[static_cast<size_t>(set / attention.kv_heads)]
        [static_cast<size_t>(set % attention.kv_heads)]
            .push_back(static_cast<int64_t>(i) % kReplayPrompt);
  }
  return kept;
}

/// The rows of the prompt that are left after the text has been read in pieces of `piece` tokens.
std::vector<std::vector<std::vector<int64_t>>> kept_of(const Transformer& model,
                                                       const PolicySetup& setup, int64_t piece,
                                                       const LayerScan* scan = nullptr) {
  const Evaluator evaluator(model, setup, scan);
  SampleState state = evaluator.start({}, {.tokens = kReplayTokens, .prompt = kReplayPrompt});
  PhaseSeconds seconds;
  const auto ids = replay_text();
  for (int64_t first = 0; first < kReplayTokens; first += piece) {
    const int64_t count = std::min(piece, kReplayTokens - first);
    evaluator.prefill(
        std::span(ids).subspan(static_cast<size_t>(first), static_cast<size_t>(count)), state,
        seconds);
  }
  std::vector<std::vector<std::vector<int64_t>>> kept;
  for (const LayerState& layer : state.layers) {
    auto& sets = kept.emplace_back();
    for (const LayerState::Set& set : layer.sets()) {
      const auto positions = set.rows.positions();
      const auto end = std::lower_bound(positions.begin(), positions.end(), kReplayPrompt);
      sets.emplace_back(positions.begin(), end);
    }
  }
  return kept;
}

}  // namespace

TEST_CASE("kvzip keeps the rows of all layers and heads that reading the prompt again looks up") {
  const auto model = tiny_transformer({.layers = 3});
  for (const auto& [chunk, k, sinks] : {std::tuple(64, 16, 2), std::tuple(15, 12, 3)}) {
    CAPTURE(chunk, k, sinks);
    const auto setup =
        set_up_with_kinds("kvzip", k, fmt::format("{{chunk: {}, sinks: {}}}", chunk, sinks));
    const auto whole = kept_of(*model, setup, kReplayTokens);
    CHECK(whole == looked_up(*model, k, chunk, sinks));
    CHECK(kept_of(*model, setup, kReplayTokens, &token_scan()) == whole);
    CHECK(kept_of(*model, setup, 7) == whole);
  }
}

TEST_CASE("what is read again is counted, and leaves nothing behind") {
  const auto model = tiny_transformer({.layers = 2});
  const auto ids = replay_text();
  const auto setup = set_up_with_kinds("kvzip", 8, "{chunk: 15}");
  const auto found = Evaluator(*model, setup).evaluate(ids, {}, kReplayPrompt);
  // Three parts of 15, 15 and 10 tokens behind instructions of 3 + 1 and 2 + 8 + 1, and each behind
  // the last token of the prompt, which is run once more to measure.
  CHECK(found.computed_tokens == kReplayTokens + 1 + 40 + (3 + 1) + 2 * (2 + 8 + 1) + 3);
  CHECK(found.state.peak_rows == kReplayPrompt - 1);
  // What rows are given waits for the cut of all layers: a float a row and query head.
  const auto plain = set_up_with_kinds("tova", 8, "{prompt: one_shot, scope: kv_head}");
  const auto other = Evaluator(*model, plain).evaluate(ids, {}, kReplayPrompt);
  const int64_t heads = model->spec().layer(0).attention.heads;
  CHECK(found.state.peak_bytes == other.state.peak_bytes + 2 * heads * kReplayPrompt * 4);
  // A prompt that fits is not read again.
  const auto roomy = set_up_with_kinds("kvzip", kReplayPrompt);
  CHECK(Evaluator(*model, roomy).evaluate(ids, {}, kReplayPrompt).computed_tokens == kReplayTokens);
}

TEST_CASE("a prompt that cannot be read again is refused") {
  const auto model = tiny_transformer({.layers = 2});
  CHECK_THROWS_WITH(set_up_policy("kvzip", 16, "{prompt: stepwise}"),
                    ContainsSubstring("takes prompt: one_shot"));
  CHECK_THROWS_WITH(set_up_policy("kvzip", 16, "{positions: in_cache}"),
                    ContainsSubstring("original positions only"));
  CHECK_THROWS_WITH(
      set_up_by_layer(
          parse_yaml("{0: {name: streaming, positions: in_cache}, 1-: kvzip}", "layers"), 16),
      ContainsSubstring("is read again is read at its own positions in all layers"));
  const auto unknown = set_up_policy("kvzip", 16);
  CHECK_THROWS_WITH(Evaluator(*model, unknown).evaluate(replay_text(), {}, kReplayPrompt),
                    ContainsSubstring("ids of its instruction not known"));
}

TEST_CASE("instructions are told in the tokens of the model, to layers of a mixture as well") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "model.gguf");
  const auto file = ModelFile::open(folder / "model.gguf");
  const auto tokenizer = Tokenizer::make(file->tokenizer());
  ModelTokens tokens(*file);
  auto mixture = set_up_by_layer(parse_yaml("{0: full, 1-: kvzip}", "layers"), 16);
  tokens.tell(mixture);
  CHECK(mixture.of_layer(0).replay_ids == nullptr);
  const auto& told = mixture.of_layer(1).replay_ids;
  REQUIRE(told != nullptr);
  CHECK(tokenizer->decode(told->first) == "\n\nRepeat the previous context exactly.");
  CHECK(tokenizer->decode(told->later) ==
        "\n\nRepeat the part of the previous context exactly, starting with");
  CHECK(tokenizer->decode(told->end) == "\n");
  const auto model = Transformer::load(*file, at::kFloat);
  CHECK(Evaluator(*model, mixture).evaluate(replay_text(), {}, kReplayPrompt).computed_tokens >
        kReplayTokens + kReplayPrompt);
}

}  // namespace multistate::test
