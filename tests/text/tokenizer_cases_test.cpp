// What Hugging Face's tokenizers 0.22.2 makes of small tokenizers: tools/oracle_tokenizer_cases.

#include <fstream>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/text/tokenizer.h"
#include "multistate/text/tokenizer_json.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::tokenizer_cases_test {
namespace {

using nlohmann::json;

json read_cases() {
  return json::parse(read_file(MULTISTATE_SOURCE_DIR "/tests/text/tokenizer_cases.json"));
}

/// A decoder that drops the space before a text: the reference drops all spaces of the first token,
/// and those of a text without the space; here one space goes, the one that was written.
bool drops_spaces(const json& outcome, const json& decoder) {
  return decoder.value("type", "") == "Metaspace" && outcome[0].get<std::string>().starts_with(' ');
}

/// Cases that differ from another one in what has no influence: defaults that are written out,
/// another spelling, the reader of merges.
bool means_the_same(const std::string& name) {
  static const std::set<std::string> names = {"Punctuation",         "no normalizer in a Sequence",
                                              "merges as text",      "an empty template",
                                              "added token special", "added token normalized",
                                              "decoder ByteLevel",   "unknown fuse=False"};
  return names.contains(name);
}

}  // namespace

TEST_CASE("every behaviour of every component gives the ids of the reference") {
  const json file = read_cases();
  const TemporaryFolder folder;
  const auto path = folder / "tokenizer.json";
  for (json entry : file.at("cases")) {
    json& content = entry.at("tokenizer");
    content["model"] = file.at("models").at(content.at("model").get<size_t>());
    std::ofstream(path) << content;
    INFO(entry.at("name").get<std::string>());
    const auto tokenizer = Tokenizer::make(read_tokenizer_json(path));
    for (const json& outcome : entry.at("outcomes")) {
      const std::string text = outcome[0];
      INFO("text '" << text << "'");
      const auto ids = tokenizer->encode(text);
      CHECK(ids == outcome[1].get<std::vector<int64_t>>());
      if (!drops_spaces(outcome, content.at("decoder"))) {
        CHECK(tokenizer->decode(ids) == outcome[2].get<std::string>());
      }
    }
  }
}

TEST_CASE("cases tell components apart: digests of different tokenizers differ") {
  const json file = read_cases();
  const TemporaryFolder folder;
  const auto path = folder / "tokenizer.json";
  std::map<std::string, std::string> seen;
  for (json entry : file.at("cases")) {
    json& content = entry.at("tokenizer");
    content["model"] = file.at("models").at(content.at("model").get<size_t>());
    std::ofstream(path) << content;
    const auto digest = Tokenizer::make(read_tokenizer_json(path))->sha256();
    const auto [place, inserted] = seen.emplace(digest, entry.at("name").get<std::string>());
    INFO(entry.at("name") << " and " << place->second);
    CHECK((inserted || means_the_same(entry.at("name"))));
  }
}

}  // namespace multistate::test::tokenizer_cases_test
