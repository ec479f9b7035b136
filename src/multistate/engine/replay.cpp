#include "multistate/engine/replay.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/softmax.h>

#include "multistate/engine/layer_scan.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/layers.h"

namespace multistate {
namespace {

/// Queries handled together.
constexpr int64_t kBlock = 64;

/// The instruction of a part, and the part.
std::vector<int64_t> ids_of(const PolicySetup& setup, std::span<const int64_t> prompt,
                            const PromptPart& part) {
  if (setup.replay_ids == nullptr) {
    throw std::invalid_argument("a prompt is read again, and the ids of its instruction not known");
  }
  const ReplayIds& texts = *setup.replay_ids;
  const auto begin = prompt.begin() + part.first;
  std::vector<int64_t> ids = part.first == 0 ? texts.first : texts.later;
  ids.insert(ids.end(), begin - std::min(part.first, setup.needs.replay->overlap), begin);
  ids.insert(ids.end(), texts.end.begin(), texts.end.end());
  ids.insert(ids.end(), begin, begin + part.count);
  return ids;
}

/// The largest weight [H, n] that one of the queries [H, R, D] gives each of n rows from `first`
/// on. Keys [G, N, D]: the last R of them are those of the queries' own tokens, in order.
at::Tensor largest_weights(const AttentionSpec& attention, const at::Tensor& queries,
                           const at::Tensor& keys, int64_t first, int64_t n) {
  const int64_t size = queries.size(2);
  const int64_t rows_before = keys.size(1) - queries.size(1);
  at::Tensor largest;
  for (int64_t done = 0; done < queries.size(1); done += kBlock) {
    const int64_t count = std::min(kBlock, queries.size(1) - done);
    const int64_t visible = rows_before + done + count;
    const auto block = queries.narrow(1, done, count).mul(attention.scale);
    const auto grouped = block.reshape({keys.size(0), -1, size});  // [G, H/G * B, D]
    const auto logits = at::matmul(grouped, keys.narrow(1, 0, visible).transpose(1, 2))
                            .view({queries.size(0), count, visible});
    if (attention.logit_cap) {
      cap_in_place(logits, *attention.logit_cap);
    }
    const auto token = at::arange(count, logits.options()).unsqueeze(1);
    const auto row = at::arange(visible, logits.options());
    logits.masked_fill_(row.gt(token.add(visible - count)), -INFINITY);
    const auto most = at::amax(at::softmax(logits, -1).narrow(2, first, n), {1});
    largest = largest.defined() ? at::maximum(largest, most) : most;
  }
  return largest;
}

}  // namespace

std::vector<PromptPart> parts_of(const Replay& replay, int64_t prompt) {
  std::vector<PromptPart> parts;
  for (int64_t first = 0; first < prompt; first += parts.back().count) {
    parts.push_back({first, std::min(replay.chunk, prompt - first)});
  }
  return parts;
}

int64_t longest_replay(const PolicySetup& setup, int64_t prompt) {
  const std::vector<int64_t> any(static_cast<size_t>(prompt), 0);
  int64_t most = 0;
  for (const PromptPart& part : parts_of(*setup.needs.replay, prompt)) {
    most = std::max(most, std::ssize(ids_of(setup, any, part)));
  }
  return prompt + most;
}

LayerState going_on(const LayerState& layer, int64_t tokens) {
  LayerState longer = layer;
  SampleLength length = layer.length();
  length.tokens = std::max(length.tokens, length.prompt + tokens);
  length.prompt += tokens + 1;  // Which does not end.
  longer.expect(length);
  return longer;
}

void note_replay(const at::Tensor& queries, const LayerState& again, const PromptPart& part,
                 LayerState& layer) {
  const int64_t prompt = layer.length().prompt;
  const int64_t tokens = queries.size(1) - 1;
  const int64_t sinks = std::min(layer.setup().common.sinks, part.first);
  const int64_t heads = queries.size(0) / std::ssize(layer.sets());
  int64_t head = 0;
  for (size_t set = 0; set < layer.sets().size(); ++set, head += heads) {
    const auto rows = again.sets()[set].rows.keys();
    const auto seen = at::cat({rows.narrow(1, 0, sinks), rows.narrow(1, part.first, part.count),
                               rows.narrow(1, prompt, tokens)},
                              1)
                          .to(queries.scalar_type());
    const auto own = queries.narrow(0, head, heads).narrow(1, 1, tokens);
    const auto weights = largest_weights(layer.attention(), own, seen, sinks, part.count);
    layer.sets()[set].prompt_queries.add_replay(to_host(weights).contiguous(), part.first, prompt);
  }
}

PromptReplay::PromptReplay(const Transformer& model, const PolicySetup& setup,
                           std::span<const int64_t> prompt, int64_t tokens)
    : model_(model), setup_(setup) {
  const auto last = std::ssize(prompt) - 1;
  for (const PromptPart& part : parts_of(*setup.needs.replay, std::ssize(prompt))) {
    ReadPart& one = read_.emplace_back();
    one.part = part;
    one.ids = ids_of(setup, prompt, part);
    one.ids.insert(one.ids.begin(), prompt.back());
    std::vector<int64_t> positions(one.ids.size());
    std::iota(positions.begin(), positions.end(), last);
    one.rotations = model.rotary_tables(positions, std::max(tokens, positions.back() + 1));
    one.hidden = model.embed(one.ids);
  }
}

int64_t PromptReplay::tokens() const {
  return std::accumulate(
      read_.begin(), read_.end(), int64_t{0},
      [](int64_t sum, const ReadPart& one) { return sum + std::ssize(one.ids); });
}

void PromptReplay::pass(const LayerScan& scan, LayerState& layer) {
  for (ReadPart& one : read_) {
    LayerState again = going_on(layer, std::ssize(one.ids) - 1);
    Qkv qkv = model_.project(layer.layer(), one.hidden, one.rotations);
    qkv.ids = one.ids;
    const auto attended = scan.attend(qkv, again);
    if (&layer.setup() == &setup_) {
      note_replay(qkv.queries, again, one.part, layer);
    }
    model_.finish(layer.layer(), one.hidden, attended);
  }
}

std::vector<PromptReplay> replays_of(const Transformer& model, std::span<const LayerState> layers,
                                     std::span<const int64_t> prompt) {
  std::vector<PromptReplay> replays;
  for (const LayerState& layer : layers) {
    const PolicySetup& setup = layer.setup();
    const bool known = !replays.empty() && &replays.back().setup() == &setup;
    if (setup.replays() && layer.tokens_to_measure() && !known) {
      replays.emplace_back(model, setup, prompt, layer.length().tokens);
    }
  }
  return replays;
}

int64_t tokens_of(std::span<const PromptReplay> replays) {
  return std::accumulate(
      replays.begin(), replays.end(), int64_t{0},
      [](int64_t sum, const PromptReplay& replay) { return sum + replay.tokens(); });
}

}  // namespace multistate
