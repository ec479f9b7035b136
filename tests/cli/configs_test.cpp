// What every sweep file of configs/ has to keep to.

#include <filesystem>
#include <map>
#include <string>

#include "multistate/config/node.h"

#include "support/catch.h"

namespace multistate::test::configs_test {

TEST_CASE("no sweep file writes to the committed results, nor two to one folder") {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> writers;
  for (const auto& entry :
       fs::recursive_directory_iterator(std::string(MULTISTATE_SOURCE_DIR) + "/configs")) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    CAPTURE(entry.path().string());
    const Node file = read_yaml(entry.path());
    const std::string output = file.find("output")->as_string("output");
    CHECK_THAT(output, Catch::Matchers::StartsWith("results/"));
    CHECK_THAT(output, !Catch::Matchers::StartsWith("results/reference/"));
    CHECK(writers.emplace(output, entry.path().string()).second);
  }
  CHECK(writers.size() > 30);
}

}  // namespace multistate::test::configs_test
