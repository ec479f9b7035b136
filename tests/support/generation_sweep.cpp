#include "support/generation_sweep.h"

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"

#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test {

using nlohmann::json;

GenerationSweep::GenerationSweep() {
  write_tiny_gguf({}, folder_ / "model.gguf");
  write_file(folder_ / "prompts.txt", "the tale of\nonce\nof the sea and the\nwhat\nno\n");
  write_file(folder_ / "text.txt", tiny_text(3000));
}

std::string GenerationSweep::file(const std::string& experiment, const std::string& rest,
                                  const std::string& data) const {
  const auto path = folder_ / "sweep.yaml";
  write_file(path, fmt::format("name: texts\noutput: {0}/out\nmodel: {{path: {0}/model.gguf}}\n"
                               "experiment: {{name: generation, data: {0}/{1}{2}}}\n{3}",
                               folder_.path().string(), data,
                               experiment.empty() ? "" : ", " + experiment, rest));
  return path.string();
}

std::filesystem::path GenerationSweep::cell(const std::string& slug) const {
  for (const auto& entry : std::filesystem::directory_iterator(output() / "cells")) {
    if (entry.path().filename().string().starts_with(slug)) {
      return entry.path();
    }
  }
  throw std::runtime_error("no cell " + slug);
}

std::vector<json> GenerationSweep::samples(const std::string& slug) const {
  return json_lines(cell(slug) / "samples.jsonl");
}

json GenerationSweep::result(const std::string& slug) const {
  return json::parse(read_file(cell(slug) / "result.json"));
}

const char* GenerationSweep::tova_and_full() {
  return "policy: {name: tova}\nstate_size: 8\nsweep: {parameters: {policy.name: {values: [tova, "
         "full]}}}\n";
}

std::vector<json> json_lines(const std::filesystem::path& path) {
  std::vector<json> lines;
  std::istringstream stream(read_file(path));
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(json::parse(line));
  }
  return lines;
}

std::vector<json> values_of(const std::vector<json>& samples) {
  std::vector<json> values;
  for (const json& sample : samples) {
    values.push_back(sample.at("values"));
  }
  return values;
}

}  // namespace multistate::test
