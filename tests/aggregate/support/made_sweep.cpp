#include "aggregate/support/made_sweep.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/sha256.h"

namespace multistate::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json config_of(const MadeCell& cell) {
  json policy = cell.options;
  policy["name"] = cell.policy;
  policy["version"] = 1;
  return {{"model", {{"path", cell.model}, {"dtype", "float32"}, {"device", "cpu"}}},
          {"experiment",
           {{"name", "language_modeling"},
            {"version", 1},
            {"context_length", 512},
            {"data", "text.txt"}}},
          {"policy", policy},
          {"state_size", cell.state_size ? json(*cell.state_size) : json()},
          {"seed", cell.seed ? json(*cell.seed) : json()},
          {"limit", cell.limited ? json(cell.samples.size()) : json()}};
}

json parameters_of(const MadeCell& cell) {
  json parameters = {{"policy.name", cell.policy}};
  if (cell.state_size) {
    parameters["state_size"] = *cell.state_size;
  }
  for (const auto& [key, value] : cell.options.items()) {
    parameters["policy." + key] = value;
  }
  if (cell.seed) {
    parameters["seed"] = *cell.seed;
  }
  return parameters;
}

/// R = sum y / sum x and the standard error of a ratio.
json ratio_metric(const std::vector<double>& y, const std::vector<double>& x, bool exponential) {
  double total_y = 0.0;
  double total_x = 0.0;
  for (size_t i = 0; i < y.size(); ++i) {
    total_y += y[i];
    total_x += x[i];
  }
  const auto n = static_cast<double>(y.size());
  const double ratio = total_y / total_x;
  double squares = 0.0;
  for (size_t i = 0; i < y.size(); ++i) {
    squares += (y[i] - ratio * x[i]) * (y[i] - ratio * x[i]);
  }
  const double value = exponential ? std::exp(ratio) : ratio;
  const double error =
      std::sqrt(squares / (n * (n - 1.0))) / (total_x / n) * (exponential ? value : 1.0);
  return {{"value", value},
          {"stderr", y.size() < 2 ? json() : json(error)},
          {"n", y.size()},
          {"higher_is_better", false},
          {"unit", ""}};
}

json metrics_of(const MadeCell& cell) {
  std::vector<double> losses;
  std::vector<double> bits;
  std::vector<double> tokens;
  std::vector<double> bytes;
  for (const MadeSample& sample : cell.samples) {
    losses.push_back(sample.nll_sum);
    bits.push_back(sample.nll_sum / std::log(2.0));
    tokens.push_back(static_cast<double>(sample.scored_tokens));
    bytes.push_back(static_cast<double>(sample.bytes));
  }
  json metrics = {{"nll", ratio_metric(losses, tokens, false)},
                  {"perplexity", ratio_metric(losses, tokens, true)},
                  {"bits_per_byte", ratio_metric(bits, bytes, false)}};
  metrics["nll"]["unit"] = "nats/token";
  metrics["bits_per_byte"]["unit"] = "bits/byte";
  if (cell.says_how) {
    const auto how = [](const char* denominator, double scale, const char* transform) {
      return json{{"numerator", "nll_sum"},
                  {"denominator", denominator},
                  {"scale", scale},
                  {"transform", transform}};
    };
    metrics["nll"]["samples"] = how("scored_tokens", 1.0, "none");
    metrics["perplexity"]["samples"] = how("scored_tokens", 1.0, "exp");
    metrics["bits_per_byte"]["samples"] = how("bytes", 1.0 / std::log(2.0), "none");
  }
  return metrics;
}

json context() {
  return {{"program",
           {{"version", "0.1.0"},
            {"commit", "c0ffee"},
            {"dirty", false},
            {"build_type", "Release"},
            {"compiler", "GNU 12.2.0"}}},
          {"machine",
           {{"host", "vm"},
            {"system", "Linux"},
            {"architecture", "x86_64"},
            {"cpu", "a CPU"},
            {"cores", 2},
            {"memory_bytes", 1000000},
            {"load_average", nullptr}}},
          {"slurm", json::object()},
          {"command", "multistate run made.yaml"},
          {"started", "2026-01-02T03:04:05Z"},
          {"finished", "2026-01-02T03:05:05Z"},
          {"libtorch", "1.13.0"},
          {"blas", "OpenBLAS"},
          {"threads", {{"jobs", 1}, {"intra_op", 1}}},
          {"inputs",
           {{"model_sha256", std::string(64, 'a')},
            {"model_format", "GGUF v3"},
            {"tokenizer_sha256", std::string(64, 'b')},
            {"data_sha256", std::string(64, 'c')}}}};
}

json result_of(const MadeCell& cell, const std::string& id) {
  json series = json::array();
  const json metrics = metrics_of(cell);
  for (const int place : {1, 2, 4}) {
    json point = metrics["nll"];
    point.erase("samples");
    point["first_place"] = place;
    point["end_place"] = 2 * place;
    series.push_back(point);
  }
  const int64_t rows = cell.state_size.value_or(512);
  json result = {{"schema", {{"name", "multistate.result"}, {"version", 1}}},
                 {"cell_id", id},
                 {"status", "ok"},
                 {"config", config_of(cell)},
                 {"parameters", parameters_of(cell)},
                 {"metrics", metrics},
                 {"series", {{"nll_by_place", series}}},
                 {"counts",
                  {{"samples_planned", cell.limited ? 100 : cell.samples.size()},
                   {"samples", cell.samples.size()},
                   {"tokens", 512},
                   {"limited", cell.limited}}},
                 {"data", {{"documents", json::array()}, {"ignored_files", json::array()}}},
                 {"state",
                  {{"rows_peak", rows},
                   {"bytes_peak", rows * 1000},
                   {"bytes_end", rows * 1000},
                   {"evictions", 10},
                   {"mean_row_lifetime", 50.0}}},
                 {"perf",
                  {{"seconds", {{"total", 3.0}, {"linears", 1.0}, {"scan", 1.0}, {"logits", 1.0}}},
                   {"tokens_computed", 512},
                   {"tokens_per_s", cell.tokens_per_s},
                   {"load", {{"jobs_beside", 0}, {"other_cpus", 0.01}}},
                   {"noisy", false},
                   {"noisy_because", json::array()},
                   {"process_peak_rss_bytes", 5000000},
                   {"state_bytes", rows * 1000}}},
                 {"warnings", json::array()},
                 {"context", context()}};
  result.merge_patch(cell.changes);
  return result;
}

json record_of(const MadeSample& sample, size_t index) {
  return {{"sample", index},
          {"tokens", 512},
          {"computed_tokens", 512},
          {"values",
           {{"nll_sum", sample.nll_sum},
            {"scored_tokens", sample.scored_tokens},
            {"bytes", sample.bytes},
            {"words", sample.words},
            {"document", "text.txt"},
            {"nll_by_place", {{1.0, 1}, {2.0, 2}}}}},
          {"state",
           {{"peak_rows", 1},
            {"peak_bytes", 1},
            {"end_bytes", 1},
            {"evictions", 0},
            {"rows_created", 1},
            {"total_lifetime", 1}}},
          {"seconds", {{"linears", 1.0}, {"scan", 1.0}, {"logits", 1.0}}}};
}

}  // namespace

MadeSweep::MadeSweep(fs::path folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)) {}

std::string MadeSweep::plan(const MadeCell& cell) {
  std::string id = sha256_hex(config_of(cell).dump());
  const std::string size = cell.state_size ? fmt::format("-{}", *cell.state_size) : "";
  cells_.push_back({{"id", id},
                    {"folder", fmt::format("cells/{}{}-{}", cell.policy, size, id.substr(0, 8))},
                    {"parameters", parameters_of(cell)}});
  return id;
}

fs::path MadeSweep::cell_folder(const std::string& id) const {
  for (const json& cell : cells_) {
    if (cell.at("id") == id) {
      return folder_ / cell.at("folder").get<std::string>();
    }
  }
  throw std::invalid_argument("no cell " + id);
}

std::string MadeSweep::done(const MadeCell& cell) {
  std::string id = plan(cell);
  std::string lines;
  for (size_t i = 0; i < cell.samples.size(); ++i) {
    lines += record_of(cell.samples[i], i).dump() + "\n";
  }
  write_text(cell_folder(id) / "samples.jsonl", lines);
  write_text(cell_folder(id) / "result.json", result_of(cell, id).dump(2) + "\n");
  return id;
}

std::string MadeSweep::failed(const MadeCell& cell, const std::string& message) {
  std::string id = plan(cell);
  const json error = {{"schema", {{"name", "multistate.error"}, {"version", 1}}},
                      {"cell_id", id},
                      {"status", "error"},
                      {"config", config_of(cell)},
                      {"parameters", parameters_of(cell)},
                      {"sample", 0},
                      {"kind", "policy"},
                      {"message", message}};
  write_text(cell_folder(id) / "error.json", error.dump(2) + "\n");
  return id;
}

std::string MadeSweep::partial(const MadeCell& cell) {
  std::string id = plan(cell);
  std::string lines;
  for (size_t i = 0; i < cell.samples.size(); ++i) {
    const json line = {{"cell_id", id}, {"sample", i}, {"record", record_of(cell.samples[i], i)}};
    lines += line.dump() + "\n";
  }
  write_text(cell_folder(id) / "samples.partial.jsonl", lines);
  return id;
}

std::string MadeSweep::missing(const MadeCell& cell) {
  return plan(cell);
}

void MadeSweep::write_manifest() const {
  const json manifest = {{"schema", {{"name", "multistate.sweep"}, {"version", 1}}},
                         {"name", name_},
                         {"command", "multistate run made.yaml"},
                         {"axes", json::object()},
                         {"config_sha256", std::string(64, 'd')},
                         {"cells", cells_}};
  write_text(folder_ / "sweep.json", manifest.dump(2) + "\n");
}

void write_text(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  if (!stream.flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace multistate::test
