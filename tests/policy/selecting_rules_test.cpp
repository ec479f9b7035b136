// Policies that choose the rows that queries read, on small cases worked by hand; and what such a
// policy may not do.

#include <limits>

#include "multistate/policy/face_checks.h"
#include "multistate/policy/policy_error.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/setup.h"

#include "support/catch.h"

namespace multistate::test::selecting_rules_test {
namespace {

/// Pairs of the first row and the end.
using Ranges = std::vector<std::vector<int64_t>>;

/// One query head with vectors of two numbers; keys come in pages of two rows.
struct HandMadeQuery {
  std::vector<float> query = {};
  std::vector<float> logits = {};
  std::vector<float> ranges = {};  ///< [page][2][2]
  int64_t rows = 0;

  Ranges read_by(const PolicySetup& setup) {
    std::vector<float> scratch(static_cast<size_t>(setup.needs.scratch * rows));
    QueryData data;
    data.step = rows - 1;
    data.layer = 5;
    data.budget = setup.state_size;
    data.heads = 1;
    data.head_size = 2;
    data.query = {query.data(), 2, 0};
    data.logits = {logits.data(), rows, 0};
    data.ranges = ranges.data();
    data.scratch = scratch.data();
    data.scratch_stride = rows;
    RowsRead read;
    read.begin(1);
    setup.faces.selecting->select(QueryView(data, setup.needs), read);
    read.sort();
    Ranges found;
    for (const auto& range : read.ranges(0)) {
      found.push_back({range.first, range.end});
    }
    return found;
  }
};

class Selects : public SelectingPolicy {
 public:
  void select(const QueryView& /*query*/, RowsRead& /*read*/) const override {}
};

class ReadsMemory final : public Selects {
 public:
  Needs needs() const override { return {.memory = 1}; }
};

class ReadsLogits final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.logits = true}; }
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
};

class ReadsPages final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.page_rows = 4}; }
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
};

class SelectsAndScores final : public SelectingPolicy, public ScoringPolicy {
 public:
  void select(const QueryView& /*query*/, RowsRead& /*read*/) const override {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
};

/// Has functions of the face and does not derive from it.
class Undeclared final : public Policy {
 public:
  void select(const QueryView& /*query*/, RowsRead& /*read*/) const {}
  bool selects_in(int64_t /*layer*/) const { return false; }
};

class Overloaded final : public Selects {
 public:
  bool selects_in(int64_t /*layer*/) const override { return true; }
  bool selects_in(int64_t /*layer*/, int64_t /*layers*/) const { return false; }
};

template <class P>
std::string refusal_of(bool bounded, int64_t state_size = 8) {
  PolicyEntry entry;
  entry.info.name = "mine";
  entry.info.bounded = bounded;
  entry.maker = &make_policy_maker<P>;
  try {
    set_up_policy(entry, nullptr, state_size);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("quest reads the pages with the highest bounds, and that of the query's own token") {
  // The bounds of (1, -2): 1 * 1 + 2 * 3, 4 + 0, 2 + 4, and 0.5 - 1 of the newest page.
  HandMadeQuery query = {.query = {1, -2},
                         .ranges = {-1, -3, 1, 1, 0, 0, 4, 9, -5, -2, 2, 0, 0.5, 0.5, 0.5, 0.5},
                         .rows = 7};
  CHECK(query.read_by(set_up_policy("quest", 4, "{page_size: 2}")) == Ranges{{0, 2}, {6, 7}});
  // A third page that is whole fits into 6 and 7 rows.
  CHECK(query.read_by(set_up_policy("quest", 6, "{page_size: 2}")) == Ranges{{0, 2}, {4, 7}});
  const char* competes = "{page_size: 2, newest_page: false}";
  CHECK(query.read_by(set_up_policy("quest", 2, competes)) == Ranges{{0, 2}});
  CHECK(query.read_by(set_up_policy("quest", 5, competes)) == Ranges{{0, 2}, {4, 6}});
  // Of equal bounds the newer page.
  query.ranges = {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1};
  CHECK(query.read_by(set_up_policy("quest", 4, "{page_size: 2}")) == Ranges{{4, 7}});
  query.query = {std::numeric_limits<float>::quiet_NaN(), 1};
  CHECK_THROWS_WITH(query.read_by(set_up_policy("quest", 4, "{page_size: 2}")),
                    "layer 5, step 6: score 0 of rows to read is nan");
}

TEST_CASE("quest leaves its first layers whole, and needs room for a page") {
  const auto setup = set_up_policy("quest", 64);
  CHECK_FALSE(setup.faces.selecting->selects_in(1));
  CHECK(setup.faces.selecting->selects_in(2));
  CHECK(set_up_policy("quest", 64, "{whole_layers: 0}").faces.selecting->selects_in(0));
  CHECK_THROWS_WITH(
      set_up_policy("quest", 15),
      ContainsSubstring("policy quest: page_size (16) must be at most the state size (15)"));
  CHECK_NOTHROW(set_up_policy("quest", 16));
}

TEST_CASE("oracle_topk reads the rows with the largest logits, of equal ones the newest") {
  HandMadeQuery query = {.logits = {0.5F, 3, 1, -7, 1, 2, 1}, .rows = 7};
  CHECK(query.read_by(set_up_policy("oracle_topk", 1)) == Ranges{{1, 2}});
  CHECK(query.read_by(set_up_policy("oracle_topk", 3)) == Ranges{{1, 2}, {5, 7}});
  CHECK(query.read_by(set_up_policy("oracle_topk", 4)) == Ranges{{1, 2}, {4, 7}});
}

TEST_CASE("a policy that selects rows has a state size and keeps them all") {
  const auto setup = set_up_policy("oracle_topk", 16);
  CHECK(setup.has_size());
  CHECK_FALSE(setup.bounded());
  CHECK(setup.state_size == 16);
  CHECK(setup.capacity_after(99, 16, {.tokens = 100}) == kUnlimitedRows);
  // Sixteen rows are read anyway.
  CHECK(setup.tokens_before_first_eviction({.tokens = 100}) == 16);
  CHECK(setup.tokens_before_first_eviction({.tokens = 10}) == 10);
  CHECK(setup.tokens_before_first_eviction({.tokens = 100, .prompt = 40}) == 16);
  const auto one_shot = set_up_policy("oracle_topk", 16, "{prompt: one_shot}");
  CHECK(one_shot.tokens_before_first_eviction({.tokens = 100, .prompt = 40}) == 40);
  CHECK(one_shot.tokens_before_first_eviction({.tokens = 100, .prompt = 4}) == 16);
  CHECK_FALSE(one_shot.reads_part(39, {.tokens = 100, .prompt = 40}));
  CHECK(one_shot.reads_part(40, {.tokens = 100, .prompt = 40}));
  CHECK_FALSE(setup.reads_part(15, {.tokens = 100, .prompt = 40}));
  CHECK(setup.reads_part(16, {.tokens = 100, .prompt = 40}));
}

TEST_CASE("options that are about evictions are refused by name") {
  CHECK_THROWS_WITH(set_up_policy("quest", 64, "{sinks: 4}"),
                    ContainsSubstring("unknown key 'policy.sinks'"));
  CHECK_THROWS_WITH(set_up_policy("quest", 64, "{prompt: keep}"),
                    ContainsSubstring("policy.prompt"));
  CHECK_THROWS_WITH(set_up_policy("oracle_topk", 0),
                    ContainsSubstring("state_size is 0, which must be 1 or more"));
  CHECK_THROWS_WITH(set_up_policy("kivi", 64, "{base: quest}"), ContainsSubstring("policy.base"));
}

TEST_CASE("a SelectingPolicy has no other face, and only it is shown what it may read") {
  using namespace face_checks;
  CHECK(refusal_of<Selects>(false).empty());
  CHECK(refusal_of<Selects>(true) ==
        "policy mine: nothing says which rows go: it has to be a ScoringPolicy, an EvictingPolicy, "
        "a PooledPolicy or a PromptPolicy; a SelectingPolicy says .bounded = false");
  CHECK(refusal_of<SelectsAndScores>(true) ==
        "policy mine: it selects the rows that queries read, all of which have to stay, so it can "
        "have no face beside SelectingPolicy");
  CHECK(refusal_of<ReadsMemory>(false) ==
        "policy mine: needs() asks for memory; a SelectingPolicy is shown query, keys, logits, "
        "page_rows and scratch only");
  CHECK(refusal_of<ReadsLogits>(true) ==
        "policy mine: needs() asks for logits, which only a SelectingPolicy is shown");
  CHECK(refusal_of<ReadsPages>(true) ==
        "policy mine: needs() asks for page_rows, which only a SelectingPolicy is shown");
  CHECK(HasSelect<Undeclared>);
  CHECK(HasSelectsIn<Undeclared>);
  CHECK_FALSE(HasSelect<ReadsLogits>);
  CHECK(Evicts<SelectsAndScores>);
  CHECK_FALSE(Evicts<Selects>);
  CHECK(SelectsInFits<Selects>);
  CHECK_FALSE(SelectsInFits<Overloaded>);
  check<Selects>();
}

TEST_CASE("reading what a query's view does not show fails") {
  QueryData data;
  data.step = 3;
  data.layer = 5;
  const Needs nothing;
  const QueryView query(data, nothing);
  CHECK_THROWS_WITH(query.query(0),
                    "layer 5, step 3: the policy reads query, which its needs() does not declare");
  CHECK_THROWS_WITH(query.logits(0), ContainsSubstring("reads logits"));
  CHECK_THROWS_WITH(query.key(0), ContainsSubstring("reads keys"));
  CHECK_THROWS_WITH(query.pages(), ContainsSubstring("reads page_rows"));
  CHECK_THROWS_WITH(query.least_of_page(0), ContainsSubstring("reads page_rows"));
  CHECK_THROWS_WITH(query.scratch(), ContainsSubstring("reads scratch"));
  const Needs pages = {.page_rows = 2};
  CHECK(QueryView(data, pages).pages() == 2);
  CHECK_THROWS_WITH(QueryView(data, pages).largest_of_page(2), ContainsSubstring("page_rows"));
  CHECK_THROWS_WITH((Needs{.page_rows = 2} | Needs{.page_rows = 3}),
                    ContainsSubstring("pages of different sizes"));
}

}  // namespace multistate::test::selecting_rules_test
