#include "aggregate/support/made_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace multistate::test {
namespace {

using Json = nlohmann::json;

constexpr double kFullLoss = 2.95;

/// In [-1, 1], from a small generator of its own: the same on every machine.
class Noise {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11U) / 4503599627370496.0 - 1.0;
  }

 private:
  uint64_t state_ = 7;
};

Json metric(double value, double error, int n) {
  return {{"value", value},
          {"stderr", error},
          {"n", n},
          {"low", value - 1.96 * error},
          {"high", value + 1.96 * error}};
}

std::string name_of(const std::string& label) {
  return label == "full"   ? "full cache"
         : label == "h2o"  ? "H2O"
         : label == "tova" ? "TOVA"
                           : (label == "streaming" ? "StreamingLLM" : label);
}

class Maker {
 public:
  explicit Maker(const MadeReport& made) : made_(made) {}
  Json make();

 private:
  void add_group(const Json& key);
  size_t add_cell(const Json& key, size_t policy, int size, int seed);
  Json series(double loss, int size);
  Json maps(size_t policy) const;
  Json labelled(size_t policy) const;
  Json series_list() const;
  Json samples(double loss);
  Json comparisons(size_t first, size_t baseline) const;
  Json comparison(const char* metric, size_t a, size_t b, double difference) const;
  void finish_group(const Json& key, size_t first, size_t baseline);
  Json front(size_t first, const char* measure, bool more) const;
  void add_unfinished();

  const MadeReport& made_;
  Noise noise_;
  Json cells_ = Json::array();
  Json groups_ = Json::array();
};

Json Maker::series(double loss, int size) {
  Json points = Json::array();
  for (int first = 1; first < 1024; first *= 2) {
    const double excess = first < size ? 0.0 : loss - kFullLoss;
    const double value = 2.6 + 6.0 / first + excess + 0.1 * noise_.next();
    points.push_back({{"first_place", first},
                      {"end_place", 2 * first},
                      {"value", value},
                      {"stderr", 0.05},
                      {"low", value - 0.1},
                      {"high", value + 0.1},
                      {"n", made_.samples}});
  }
  return points;
}

Json Maker::maps(size_t policy) const {
  Json x = Json::array();
  Json y = Json::array();
  Json values = Json::array();
  for (int layer = 0; layer < made_.layers; ++layer) {
    y.push_back(layer);
    Json row = Json::array();
    for (int first = 0; first < 1024; first += 128) {
      row.push_back(std::exp(-(1024.0 - first) /
                             (200.0 + 40.0 * layer + 30.0 * static_cast<double>(policy))));
    }
    values.push_back(std::move(row));
  }
  for (int first = 0; first < 1024; first += 128) {
    x.push_back(first);
  }
  return {{"kept",
           {{"x", {{"name", "position"}, {"ticks", std::move(x)}}},
            {"y", {{"name", "layer"}, {"ticks", std::move(y)}}},
            {"unit", ""},
            {"values", std::move(values)}}}};
}

Json Maker::labelled(size_t policy) const {
  Json points = Json::array();
  for (const char* kind : {"digit", "it's", "other"}) {
    const auto place = points.size();
    const auto value = static_cast<double>(100 * (place * 2 % 3) + 10 * policy);
    points.push_back({{"first_place", place},
                      {"end_place", place + 1},
                      {"label", kind},
                      {"value", value},
                      {"stderr", 4.0},
                      {"low", value - 8.0},
                      {"high", value + 8.0},
                      {"n", made_.samples}});
  }
  return points;
}

Json Maker::series_list() const {
  Json list = {{{"name", "nll_by_place"},
                {"axis", "place in the text"},
                {"unit", "nats/token"},
                {"labelled", false}}};
  if (made_.layers > 0) {
    list.push_back(
        {{"name", "lifetime"}, {"axis", "class"}, {"unit", "steps"}, {"labelled", true}});
  }
  return list;
}

Json Maker::samples(double loss) {
  Json pairs = Json::array();
  for (int i = 0; i < made_.samples; ++i) {
    pairs.push_back({1023.0 * (loss + 0.3 * noise_.next()), 1023});
  }
  return {{"nll", std::move(pairs)}};
}

// A size of 0 is the full model.
size_t Maker::add_cell(const Json& key, size_t policy, int size, int seed) {
  const bool full = size == 0;
  const std::string& label = full ? "full" : made_.policies.at(policy);
  Json parameters = key;
  parameters["policy.name"] = label.substr(0, label.find(' '));
  parameters["state_size"] = full ? Json() : Json(size);
  parameters["seed"] = seed;
  const double depth = key.value("experiment.depth", 0.5);
  const double length = key.value("experiment.context_length", 1024);
  const double excess = full ? 0.0
                             : (0.15 + 0.12 * static_cast<double>(policy % 6)) *
                                   std::sqrt(length / 32.0 / size) * (1.3 - depth) * 2.0;
  const double loss = kFullLoss + excess + 0.01 * noise_.next();
  const double error = 0.03 + 0.005 * noise_.next();
  Json all = {{"nll_by_place", series(loss, full ? 4096 : size)}};
  if (made_.layers > 0) {
    all["lifetime"] = labelled(policy);
  }
  cells_.push_back(
      {{"id", fmt::format("{:064x}", cells_.size() + 1)},
       {"folder", fmt::format("results/made/cells/{}", cells_.size())},
       {"sweep", 0},
       {"label", label},
       {"name", name_of(label)},
       {"role", full                          ? "baseline"
                : label.starts_with("random") ? "control"
                                              : "policy"},
       {"state", "done"},
       {"limited", false},
       {"error", ""},
       {"parameters", std::move(parameters)},
       {"metrics",
        {{"nll", metric(loss, error, made_.samples)},
         {"perplexity", metric(std::exp(loss), std::exp(loss) * error, made_.samples)}}},
       {"speed_noise", ""},
       {"measures",
        {{"tokens_per_s",
          full ? 95.0 : 140.0 - size / 12.0 - 3.0 * static_cast<double>(policy % 6)},
         {"rows_peak", full ? 1024.0 : size},
         {"state_bytes", (full ? 1024.0 : size) * 46080.0}}},
       {"series", std::move(all)},
       {"maps", made_.layers > 0 ? maps(policy) : Json::object()},
       {"samples", made_.samples > 0 ? samples(loss) : Json::object()},
       {"warnings", Json::array()}});
  return cells_.size() - 1;
}

// By comparing all pairs: the cells that no other is at least as good as in both.
Json Maker::front(size_t first, const char* measure, bool more) const {
  const auto loss = [&](size_t i) { return cells_[i]["metrics"]["nll"]["value"].get<double>(); };
  const auto cost = [&](size_t i) {
    const auto value = cells_[i]["measures"][measure].get<double>();
    return more ? -value : value;
  };
  Json ids = Json::array();
  for (size_t a = first; a < cells_.size() && cells_.size() - first < 500; ++a) {
    bool beaten = false;
    for (size_t b = first; b < cells_.size(); ++b) {
      beaten = beaten || (loss(b) < loss(a) && cost(b) <= cost(a)) ||
               (loss(b) <= loss(a) && cost(b) < cost(a));
    }
    if (!beaten) {
      ids.push_back(cells_[a]["id"]);
    }
  }
  return ids;
}

/// Every cell with the baseline; of several seeds the first.
Json Maker::comparisons(size_t first, size_t baseline) const {
  Json list = Json::array();
  for (size_t i = first; i < cells_.size(); ++i) {
    if (i == baseline || cells_[i]["parameters"]["seed"] != 0) {
      continue;
    }
    for (const char* name : {"nll", "perplexity"}) {
      const double difference = cells_[i]["metrics"][name]["value"].get<double>() -
                                cells_[baseline]["metrics"][name]["value"].get<double>();
      list.push_back(comparison(name, i, baseline, difference));
    }
  }
  return list;
}

Json Maker::comparison(const char* metric, size_t a, size_t b, double difference) const {
  return {{"question", "full"},
          {"metric", metric},
          {"state_size", cells_[a]["parameters"]["state_size"]},
          {"test", "paired t"},
          {"a", cells_[a]["id"]},
          {"b", cells_[b]["id"]},
          {"difference", difference},
          {"low", difference - 0.04},
          {"high", difference + 0.04},
          {"p", 0.004},
          {"p_adjusted", 0.02},
          {"effect", 0.8},
          {"n", made_.samples}};
}

void Maker::finish_group(const Json& key, size_t first, size_t baseline) {
  Json ids = Json::array();
  for (size_t i = first; i < cells_.size(); ++i) {
    ids.push_back(cells_[i]["id"]);
  }
  Json best = Json::array();
  Json smallest = Json::array();
  for (const int size : made_.sizes) {
    for (const char* name : {"nll", "perplexity"}) {
      const auto value = [&](size_t i) {
        return cells_[i]["metrics"][name]["value"].get<double>();
      };
      size_t winner = baseline;
      for (size_t i = first; i < cells_.size(); ++i) {
        const bool of_size = cells_[i]["parameters"]["state_size"] == size;
        if (of_size && (winner == baseline || value(i) < value(winner))) {
          winner = i;
        }
      }
      const double difference = value(winner) - value(baseline);
      best.push_back({{"state_size", size},
                      {"metric", name},
                      {"verdict", "best"},
                      {"sentence", cells_[winner]["name"].get<std::string>() + " is best"},
                      {"tied", Json::array()},
                      {"not_ranked", Json::array()},
                      {"versus_runner_up", nullptr},
                      {"cell", cells_[winner]["id"]},
                      {"label", cells_[winner]["label"]},
                      {"value", value(winner)},
                      {"versus_full", comparison(name, winner, baseline, difference)}});
    }
  }
  for (const std::string& label : made_.policies) {
    smallest.push_back({{"metric", "perplexity"},
                        {"label", label},
                        {"tolerance", 0.4},
                        {"relative", false},
                        {"state_size", 200.5},
                        {"at_most", false},
                        {"has_interval", true},
                        {"low", 150.0},
                        {"high", nullptr}});
  }
  groups_.push_back({{"key", key},
                     {"cells", std::move(ids)},
                     {"baseline", cells_[baseline]["id"]},
                     {"best", std::move(best)},
                     {"comparisons", comparisons(first, baseline)},
                     {"smallest_state", std::move(smallest)},
                     {"notes", Json::array()},
                     {"pareto",
                      {{"quality_speed", front(first, "tokens_per_s", true)},
                       {"quality_memory", front(first, "state_bytes", false)}}}});
}

void Maker::add_group(const Json& key) {
  const size_t first = cells_.size();
  const size_t baseline = add_cell(key, 0, 0, 0);
  for (size_t policy = 0; policy < made_.policies.size(); ++policy) {
    for (const int size : made_.sizes) {
      for (int seed = 0; seed < made_.seeds; ++seed) {
        add_cell(key, policy, size, seed);
      }
    }
  }
  finish_group(key, first, baseline);
}

void Maker::add_unfinished() {
  for (const char* state : {"failed", "partial", "missing"}) {
    cells_.push_back(
        {{"id", fmt::format("{:064x}", cells_.size() + 1)},
         {"folder", fmt::format("results/made/cells/{}", cells_.size())},
         {"sweep", 0},
         {"label", made_.policies.front()},
         {"name", name_of(made_.policies.front())},
         {"role", "policy"},
         {"state", state},
         {"limited", false},
         {"error", std::string(state) == "failed" ? "out of memory" : ""},
         {"parameters", {{"policy.name", made_.policies.front()}, {"state_size", 1024}}},
         {"speed_noise", ""},
         {"warnings", Json::array()}});
    for (const char* nothing : {"metrics", "measures", "series", "maps", "samples"}) {
      cells_.back()[nothing] = Json::object();
    }
  }
}

Json Maker::make() {
  Json parameters = {"policy.name", "state_size"};
  if (!made_.lengths.empty()) {
    parameters.insert(parameters.end(), {"experiment.context_length", "experiment.depth"});
    for (const int length : made_.lengths) {
      for (const double depth : made_.depths) {
        add_group({{"model.path", "model.gguf"},
                   {"experiment.context_length", length},
                   {"experiment.depth", depth}});
      }
    }
  } else {
    add_group({{"model.path", "model.gguf"}, {"experiment.context_length", 1024}});
  }
  if (made_.seeds > 1) {
    parameters.push_back("seed");
  }
  const size_t done = cells_.size();
  if (made_.failures) {
    add_unfinished();
  }
  const auto one = made_.failures ? 1 : 0;
  return {
      {"schema", {{"name", "multistate.report"}, {"version", 3}}},
      {"generated", "2026-01-02T03:04:05Z"},
      {"setup", "A model (Q4_1, 5.0 bits/weight; float32) | text.txt | 8 samples of 1,024 tokens"},
      {"method", "95 % bootstrap over samples"},
      {"sweeps",
       {{{"name", "made"},
         {"folder", "results/made"},
         {"planned", done + 3 * one},
         {"done", done},
         {"failed", one},
         {"partial", one},
         {"missing", one},
         {"limited", 0}}}},
      {"problems", Json::array()},
      {"warnings", Json::array()},
      {"parameters", std::move(parameters)},
      {"series", series_list()},
      {"metrics",
       {{{"name", "nll"}, {"unit", "nats/token"}, {"higher_is_better", false}, {"headline", true}},
        {{"name", "perplexity"}, {"unit", ""}, {"higher_is_better", false}, {"headline", true}}}},
      {"cells", std::move(cells_)},
      {"groups", std::move(groups_)},
      {"provenance",
       {{"programs", {{{"version", "0.1.0"}, {"commit", "0123456789abcdef"}, {"dirty", false}}}},
        {"machines", {{{"cpu", "a processor"}, {"cores", 2}}}},
        {"models", {{{"path", "model.gguf"}, {"sha256", std::string(64, 'a')}}}},
        {"started", "2026-01-02T01:00:00Z"},
        {"finished", "2026-01-02T03:00:00Z"}}}};
}

}  // namespace

Json MadeReport::make() const {
  return Maker(*this).make();
}

}  // namespace multistate::test
