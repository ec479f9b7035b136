// Which policies the installed suite checks, and with which options.

#include <cstdlib>

#include "multistate/conformance/suite.h"

#include "support/catch.h"

namespace multistate::test::subjects_test {
namespace {

std::vector<std::string> names_of(std::string_view chosen) {
  std::vector<std::string> names;
  for (const Subject& subject : conformance_subjects(chosen)) {
    names.push_back(subject.entry->name());
  }
  return names;
}

/// The environment variable for the time of a test.
class Chosen {
 public:
  explicit Chosen(const char* names) { setenv("MULTISTATE_CONFORMANCE_POLICIES", names, 1); }
  ~Chosen() { unsetenv("MULTISTATE_CONFORMANCE_POLICIES"); }
  Chosen(const Chosen&) = delete;
  Chosen& operator=(const Chosen&) = delete;
};

}  // namespace

TEST_CASE("the suite checks what is named, all for a star, and else what is not of the library") {
  CHECK(names_of("tova,window") == std::vector<std::string>{"tova", "window"});
  CHECK(names_of("*") == policy_registry().names());
  CHECK(names_of("").empty());
  CHECK_THROWS_WITH(names_of("tovaa"), ContainsSubstring("MULTISTATE_CONFORMANCE_POLICIES: unknown "
                                                         "policy 'tovaa'; did you mean 'tova'?"));
  const Chosen chosen("h2o");
  CHECK(names_of("tova,window") == std::vector<std::string>{"h2o"});
}

TEST_CASE("only options of the policy's own can be given to its checks") {
  const PolicyEntry& tova = *policy_registry().find("tova");
  CHECK_THROWS_WITH(make_subject(tova, parse_yaml("{sinks: 1}", "options")),
                    ContainsSubstring("options:1:9: sinks: only options of the policy's own can be "
                                      "given: it has none"));
  CHECK_NOTHROW(make_subject(tova, parse_yaml("{}", "options")));
}

TEST_CASE("cases go from the simple to the involved, as far as the state has room") {
  const Subject tova = make_subject(*policy_registry().find("tova"));
  const auto small = policy_cases(tova, 3);
  REQUIRE(small.size() == 5);
  CHECK(small.front().name == "state_size 3, scope layer, sinks 0, recent 0, every 1");
  CHECK(
      small.back().name ==
      "state_size 3, scope layer, sinks 0, recent 0, every 1, prompt one_shot, after_prompt keep");
  const auto large = policy_cases(tova, 4);
  // Four ways to share rows and to evict, protected or not, and four ways to treat a prompt.
  REQUIRE(large.size() == 12);
  CHECK(large[7].name == "state_size 4, scope kv_head, sinks 1, recent 2, every 3");
  CHECK(large.back().name ==
        "state_size 4, scope kv_head, sinks 1, recent 2, every 1, prompt one_shot, after_prompt "
        "keep");
  const auto h2o = policy_cases(make_subject(*policy_registry().find("h2o")), 4);
  // Half of the state for recent rows, as it is unless set, and the twelve.
  REQUIRE(h2o.size() == 13);
  CHECK(h2o.front().name == "state_size 4, scope kv_head, sinks 0, recent 2, every 1");
  CHECK(policy_cases(make_subject(*policy_registry().find("full")), 4).size() == 1);
}

}  // namespace multistate::test::subjects_test
