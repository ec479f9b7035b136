#include "multistate/recommend/text_size.h"

#include <cmath>

#include "multistate/recommend/recommender.h"

#include "support/input_error.h"
#include "support/torch.h"

namespace multistate::test::text_size_test {

using namespace recommend;

TEST_CASE("chunks are cut from each document by itself") {
  const TextSize text = {{2500, 1000, 1100}, false};
  CHECK(text.chunks(512) == 4 + 1 + 2);
  CHECK(text.chunks(1001) == 2 + 0 + 1);
  CHECK(TextSize{{2500, 1000, 1100}, true}.chunks(1001) == 2 + 1 + 1);
}

TEST_CASE("chunks are as long as the text allows, unless their length is given") {
  const TextSize text = {{20 * 1024}, false};
  CHECK(choose_context_length(text, {"t", std::nullopt, 20, 8192}) == 1024);
  CHECK(choose_context_length(text, {"t", std::nullopt, 21, 8192}) == 512);
  CHECK(choose_context_length(text, {"t", std::nullopt, 20, 1000}) == 512);
  CHECK(choose_context_length(text, {"t", std::nullopt, 100, 8192}) == 256);
  CHECK(choose_context_length(text, {"t", 1500, 100, 8192}) == 1500);
}

TEST_CASE("too little text is an error that says how much there is and is needed") {
  CHECK(input_error([] {
          choose_context_length({{3000}, false}, {"a.txt", std::nullopt, 28, 8192});
        }) ==
        "a.txt: 11 chunks of 256 tokens are too few; 12 are the least (4 to choose among policies, "
        "8 to confirm the choice). Give more text, or a smaller --context-length");
}

TEST_CASE("a limit of the loss is a percentage of perplexity") {
  CHECK(parse_share("1%") == 0.01);
  CHECK(parse_share("0.5%") == 0.005);
  for (const std::string text : {"1", "0%", "-1%", "x%", "1 %", "1%%", "%", "", "1001%", "nan%"}) {
    CAPTURE(text);
    CHECK_THAT(input_error([&] { parse_share(text); }),
               ContainsSubstring("--within: expected a percentage above 0"));
  }
  // Twice the perplexity is ln 2 nats per token.
  CHECK(Constraint{std::nullopt, 1.0}.loss_limit() == approx(std::log(2.0)));
}

}  // namespace multistate::test::text_size_test
