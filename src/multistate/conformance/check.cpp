#include "multistate/conformance/check.h"

#include <algorithm>
#include <exception>

#include <c10/util/Exception.h>
#include <fmt/format.h>

namespace multistate {
namespace {

constexpr size_t kFindingsShown = 3;

}  // namespace

Findings::Findings(const Check& check) : breaches_(check.breaches) {
  result_.check = check.name;
  result_.promise = check.promise;
}

void Findings::judge(const std::string& where, const std::function<std::string()>& judge) {
  ++result_.cases;
  try {
    const std::string wrong = judge();
    if (!wrong.empty()) {
      fail(where, wrong);
    }
  } catch (const PolicyError& error) {
    const bool mine =
        std::find(breaches_.begin(), breaches_.end(), error.breach()) != breaches_.end();
    if (mine) {
      fail(where, error.what());
    } else {
      block(where, error.what());
    }
  } catch (const c10::Error& error) {
    block(where, error.what_without_backtrace());
  } catch (const std::exception& error) {
    block(where, error.what());
  } catch (...) {
    block(where, "an exception leaves it that is no std::exception");
  }
}

void Findings::does_not_apply(const std::string& reason) {
  result_.outcome = Outcome::kNotApplicable;
  result_.note = reason;
}

void Findings::is_explained_by(const std::string& check) {
  blocked_ = fmt::format("what '{}' has found is to be mended first", check);
}

CheckResult Findings::result() const {
  CheckResult result = result_;
  if (result.failed_cases > 0) {
    result.outcome = Outcome::kFailed;
  } else if (!blocked_.empty()) {
    result.outcome = Outcome::kNotJudged;
    result.note = blocked_;
  } else if (result.cases == 0 && result.outcome == Outcome::kOk) {
    result.outcome = Outcome::kNotApplicable;
    result.note = result.note.empty() ? "it cannot be set up for any of the cases" : result.note;
  }
  return result;
}

void Findings::fail(const std::string& where, const std::string& what) {
  ++result_.failed_cases;
  if (result_.findings.size() < kFindingsShown) {
    result_.findings.push_back(fmt::format("{}: {}", where, what));
  }
}

void Findings::block(const std::string& where, const std::string& what) {
  if (blocked_.empty()) {
    blocked_ = fmt::format("{}: {}", where, what);
  }
}

}  // namespace multistate
