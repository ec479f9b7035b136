#include "multistate/checkpoint/weight_layout.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/model_checks.h"

namespace multistate {

int64_t WeightPlace::columns() const {
  return std::accumulate(shape.begin() + 1, shape.end(), int64_t{1}, std::multiplies<>());
}

int64_t WeightPlace::stored_row(int64_t row) const {
  if (interleaved_heads > 0) {
    const int64_t size = rows() / interleaved_heads;
    const int64_t within = row % size;
    row += 2 * (within % (size / 2)) + within / (size / 2) - within;
  }
  return row / block_rows * block_stride + first_row + row % block_rows;
}

WeightLayout WeightLayout::hugging_face() {
  WeightLayout layout;
  layout.prefix_ = "model.layers.";
  layout.names_ = {{Weight::kEmbedding, "model.embed_tokens"},
                   {Weight::kAttentionNorm, "input_layernorm"},
                   {Weight::kQuery, "self_attn.q_proj"},
                   {Weight::kKey, "self_attn.k_proj"},
                   {Weight::kValue, "self_attn.v_proj"},
                   {Weight::kQueryNorm, "self_attn.q_norm"},
                   {Weight::kKeyNorm, "self_attn.k_norm"},
                   {Weight::kOutput, "self_attn.o_proj"},
                   {Weight::kMlpNorm, "post_attention_layernorm"},
                   {Weight::kGate, "mlp.gate_proj"},
                   {Weight::kUp, "mlp.up_proj"},
                   {Weight::kDown, "mlp.down_proj"},
                   {Weight::kFinalNorm, "model.norm"},
                   {Weight::kHead, "lm_head"}};
  // Old checkpoints store RoPE's frequencies, which follow from theta; Hugging Face does not read
  // them either.
  layout.ignore(".rotary_emb.inv_freq");
  return layout;
}

WeightLayout WeightLayout::gguf() {
  WeightLayout layout;
  layout.prefix_ = "blk.";
  layout.names_ = {{Weight::kEmbedding, "token_embd"},
                   {Weight::kAttentionNorm, "attn_norm"},
                   {Weight::kQuery, "attn_q"},
                   {Weight::kKey, "attn_k"},
                   {Weight::kValue, "attn_v"},
                   {Weight::kQueryNorm, "attn_q_norm"},
                   {Weight::kKeyNorm, "attn_k_norm"},
                   {Weight::kOutput, "attn_output"},
                   {Weight::kAttentionPostNorm, "post_attention_norm"},
                   {Weight::kMlpNorm, "ffn_norm"},
                   {Weight::kGate, "ffn_gate"},
                   {Weight::kUp, "ffn_up"},
                   {Weight::kDown, "ffn_down"},
                   {Weight::kMlpPostNorm, "post_ffw_norm"},
                   {Weight::kFinalNorm, "output_norm"},
                   {Weight::kHead, "output"}};
  return layout;
}

WeightLayout& WeightLayout::rename(Weight weight, std::string name) {
  names_[weight] = std::move(name);
  return *this;
}

WeightLayout& WeightLayout::prefix(std::string prefix) {
  prefix_ = std::move(prefix);
  return *this;
}

WeightLayout& WeightLayout::join(const std::vector<Weight>& parts, const std::string& name) {
  join_as(parts, name, /*by_head=*/false);
  return *this;
}

WeightLayout& WeightLayout::join_by_head(const std::vector<Weight>& parts,
                                         const std::string& name) {
  join_as(parts, name, /*by_head=*/true);
  return *this;
}

void WeightLayout::join_as(const std::vector<Weight>& parts, const std::string& name,
                           bool by_head) {
  for (const Weight part : parts) {
    names_[part] = name;
    joined_[part] = {parts, by_head};
  }
}

WeightLayout& WeightLayout::interleave() {
  interleaved_ = true;
  return *this;
}

WeightLayout& WeightLayout::norms_less_one() {
  norms_less_one_ = true;
  return *this;
}

WeightLayout& WeightLayout::ignore(std::string suffix) {
  ignored_.push_back(std::move(suffix));
  return *this;
}

WeightLayout& WeightLayout::also_under(std::string prefix, std::string other) {
  other_prefixes_.emplace_back(std::move(other), std::move(prefix));
  return *this;
}

WeightLayout& WeightLayout::leave_out(std::string prefix) {
  left_out_.push_back(std::move(prefix));
  return *this;
}

std::string WeightLayout::usual_name(const std::string& stored) const {
  for (const auto& [other, usual] : other_prefixes_) {
    if (stored.starts_with(other)) {
      return usual + stored.substr(other.size());
    }
  }
  return stored;
}

std::string_view WeightLayout::left_out_by(std::string_view stored) const {
  const auto found =
      std::find_if(left_out_.begin(), left_out_.end(),
                   [&](const std::string& prefix) { return stored.starts_with(prefix); });
  return found == left_out_.end() ? std::string_view() : *found;
}

WeightLayout& WeightLayout::also(std::string tensor) {
  also_.insert(std::move(tensor));
  return *this;
}

std::string WeightLayout::name_of(const WeightId& id) const {
  const std::string layer = id.layer < 0 ? "" : fmt::format("{}{}.", prefix_, id.layer);
  return fmt::format("{}{}.{}", layer, names_.at(id.weight), id.bias ? "bias" : "weight");
}

void WeightLayout::find_rows(const DecoderSpec& spec, const WeightId& id,
                             WeightPlace& place) const {
  const int64_t rows = place.shape.front();
  place.block_rows = place.block_stride = rows;
  const auto found = joined_.find(id.weight);
  if (found == joined_.end()) {
    return;
  }
  const int64_t heads = found->second.by_head ? spec.layer(id.layer).attention.heads : 1;
  int64_t all = 0;
  for (const Weight part : found->second.parts) {
    if (part == id.weight) {
      place.first_row = all / heads;
    }
    all += shape_of(spec, {part, id.layer, id.bias}).front();
  }
  place.blocks = heads;
  place.block_rows = rows / heads;
  place.block_stride = all / heads;
  place.shape.front() = all;
}

WeightPlace WeightLayout::place(const DecoderSpec& spec, const WeightId& id) const {
  WeightPlace place;
  place.tensor = name_of(id);
  place.shape = shape_of(spec, id);
  find_rows(spec, id, place);
  if (interleaved_ && id.weight == Weight::kQuery) {
    place.interleaved_heads = spec.layer(id.layer).attention.heads;
  } else if (interleaved_ && id.weight == Weight::kKey) {
    place.interleaved_heads = spec.layer(id.layer).attention.kv_heads;
  }
  place.offset = norms_less_one_ && is_norm(id.weight) && !id.bias ? 1.0 : 0.0;
  return place;
}

bool WeightLayout::may_be_unused(std::string_view tensor) const {
  return also_.contains(tensor) ||
         std::any_of(ignored_.begin(), ignored_.end(),
                     [&](const std::string& suffix) { return tensor.ends_with(suffix); });
}

void check_tensors(const std::string& source, const DecoderSpec& spec, const WeightLayout& layout,
                   const std::vector<TensorShape>& stored) {
  std::map<std::string_view, const TensorShape*> by_name;
  for (const TensorShape& tensor : stored) {
    by_name.emplace(tensor.name, &tensor);
  }
  std::set<std::string> used;
  for (const WeightId& id : weights_of(spec)) {
    WeightPlace place = layout.place(spec, id);
    const auto found = by_name.find(place.tensor);
    if (found == by_name.end()) {
      throw InputError(fmt::format("{}: tensor {} is missing", source, in_quotes(place.tensor)));
    }
    check_shape(found->second->source, place.tensor, found->second->shape, place.shape);
    used.insert(std::move(place.tensor));
  }
  for (const TensorShape& tensor : stored) {
    if (used.count(tensor.name) == 0 && !layout.may_be_unused(tensor.name)) {
      throw InputError(fmt::format(
          "{}: tensor {} is not supported: a model of the architecture '{}' with {} layers and "
          "this configuration has no such weight",
          tensor.source, in_quotes(tensor.name), spec.architecture, spec.layer_count()));
    }
  }
}

}  // namespace multistate
