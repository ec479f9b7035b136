#include "multistate/text/calendar_day.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::calendar_day_test {

TEST_CASE("a day is written as strftime of C writes it") {
  // By date -u -d DAY +FORM, in the locale C.
  CHECK(day_text("2026-01-02", "%B %d, %Y") == "January 02, 2026");
  CHECK(day_text("2031-11-30", "%d %b %Y") == "30 Nov 2031");
  CHECK(day_text("2024-02-29", "%Y-%m-%d") == "2024-02-29");
  CHECK(day_text("2026-05-09", "on %d %B") == "on 09 May");
}

TEST_CASE("days that no calendar has are refused") {
  for (const std::string day : {"", "2026", "2026-1-2", "2026-01-32", "2026-13-01", "2026-00-10",
                                "2025-02-29", "0000-01-01", "2026/01/02", "2026-01-02 ", "today"}) {
    CHECK(input_error([&] { check_day(day); }) ==
          "'" + day + "' is no day; expected one like 2026-01-31");
  }
  check_day("2024-02-29");
}

}  // namespace multistate::test::calendar_day_test
