#include "multistate/experiment/generated_texts.h"

#include <algorithm>
#include <iterator>

#include "multistate/text/growing_texts.h"

namespace multistate {

GeneratedTexts generate_texts(std::span<const GenerationRequest> requests, const TextRules& rules,
                              const Transformer& model, const PolicySetup& policy,
                              const Tokenizer& tokenizer, const ShowText& show) {
  const auto all = std::max<int64_t>(1, std::ssize(requests));
  const Generator generator(
      model, policy,
      {.sampling = rules.sampling, .batch = rules.batch.value_or(all), .stop_ids = rules.stop_ids});
  GrowingTexts growing(requests.size(), rules.stops, tokenizer);
  const auto show_more = [&](size_t request, const std::string& more) {
    if (show) {
      show(request, more);
    }
  };
  GeneratedTexts made;
  made.generations = generator.run(
      requests,
      [&](size_t request, int64_t id) {
        show_more(request, growing.add(request, id));
        return !growing.stopped(request);
      },
      &made.times);
  for (size_t request = 0; request < requests.size(); ++request) {
    show_more(request, growing.finish(request));
  }
  made.texts = growing.texts();
  return made;
}

}  // namespace multistate
