#include "multistate/experiment/row_record.h"

#include <algorithm>

#include "multistate/experiment/row_lives.h"
#include "multistate/results/series.h"

namespace multistate {
namespace {

using nlohmann::json;

/// A sum and what it is related to.
struct Share {
  int64_t part = 0;
  int64_t whole = 0;

  void add(const Share& other) {
    part += other.part;
    whole += other.whole;
  }
  json to_json() const { return {part, whole}; }
};

/// Steps and rows of each kind of token in one layer.
std::vector<Share> shares_of(const LayerState& layer, const TokenKinds& kinds) {
  std::vector<Share> shares(kinds.names.size());
  for (const LayerState::Set& set : layer.sets()) {
    for (int64_t position = 0; position < set.trace.tokens(); ++position) {
      const auto kind = static_cast<size_t>(kinds.of_token[static_cast<size_t>(position)]);
      shares[kind].add({set.trace.lifetime(position), 1});
    }
  }
  return shares;
}

void add_kinds(const SampleState& state, const std::string& division, const TokenKinds& kinds,
               json& values) {
  std::vector<Share> totals(kinds.names.size());
  json& by_layer = values["kinds"][division];
  for (const LayerState& layer : state.layers) {
    const auto shares = shares_of(layer, kinds);
    for (size_t kind = 0; kind < shares.size(); ++kind) {
      totals[kind].add(shares[kind]);
      by_layer[kinds.names[kind]].push_back(shares[kind].to_json());
    }
  }
  for (size_t kind = 0; kind < totals.size(); ++kind) {
    values[division + "_" + kinds.names[kind] + "_steps"] = totals[kind].part;
    values[division + "_" + kinds.names[kind] + "_rows"] = totals[kind].whole;
  }
}

void add_first_rows(const SampleState& state, int64_t count, json& values) {
  std::vector<Share> first(static_cast<size_t>(std::min(count, state.tokens)));
  int64_t sets = 0;
  int64_t at_end = 0;
  for (const LayerState& layer : state.layers) {
    Share of_layer;
    for (const LayerState::Set& set : layer.sets()) {
      ++sets;
      at_end += set.trace.evicted_at().front() == RowTrace::kAlive ? 1 : 0;
      of_layer.add({set.trace.lifetime(0), state.tokens});
      for (size_t i = 0; i < first.size(); ++i) {
        const auto position = static_cast<int64_t>(i);
        first[i].add({set.trace.lifetime(position), state.tokens - position});
      }
    }
    values["by_layer"]["first_row"].push_back(of_layer.to_json());
  }
  Share next;
  for (size_t i = 0; i < first.size(); ++i) {
    values["first_rows"].push_back({first[i].part, first[i].whole, sets});
    if (i > 0) {
      next.add(first[i]);
    }
  }
  values["sets"] = sets;
  values["first_row_at_end"] = at_end;
  values["first_row_steps"] = first.front().part;
  values["first_row_possible"] = first.front().whole;
  values["next_rows_steps"] = next.part;
  values["next_rows_possible"] = next.whole;
}

void add_recent(const SampleState& state, json& values) {
  if (!state.layers.front().setup().bounded()) {
    return;
  }
  Share all;
  for (const LayerState& layer : state.layers) {
    Share share;
    for (const LayerState::Set& set : layer.sets()) {
      const RecentRows rows = recent_rows(set.trace, layer.state_size(set));
      share.add({rows.recent, rows.kept});
    }
    values["by_layer"]["recent"].push_back(share.to_json());
    all.add(share);
  }
  values["recent_rows"] = all.part;
  values["kept_rows"] = all.whole;
}

void add_lifetimes(const SampleState& state, json& values) {
  const StateUse use = use_of(state);
  int64_t law = 0;
  for (const LayerState& layer : state.layers) {
    for (const LayerState::Set& set : layer.sets()) {
      law += lawful_lifetime(layer, set);
    }
  }
  values["rows"] = use.rows_created;
  values["lifetime"] = use.total_lifetime;
  values["lifetime_law"] = law;
}

void add_picture(const SampleState& state, const RowQuestions& questions, json& values) {
  RowPicture picture(state.tokens, questions.picture_cells);
  for (const auto& set : state.layers[static_cast<size_t>(questions.picture_layer)].sets()) {
    picture.add(set.trace);
  }
  ValueMap map;
  map.values = picture.shares();
  values["picture"] = {{"stride", picture.stride()}, {"shares", to_json(map).at("values")}};
}

}  // namespace

json row_values(const SampleState& state, const RowQuestions& questions) {
  json values = json::object();
  add_lifetimes(state, values);
  add_recent(state, values);
  add_first_rows(state, questions.first_rows, values);
  for (const auto& [division, kinds] : questions.kinds) {
    add_kinds(state, division, kinds, values);
  }
  if (questions.picture_layer >= 0) {
    add_picture(state, questions, values);
  }
  return values;
}

}  // namespace multistate
