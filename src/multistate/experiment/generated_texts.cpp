#include "multistate/experiment/generated_texts.h"

#include "multistate/text/growing_texts.h"

namespace multistate {

GeneratedTexts generate_texts(std::span<const GenerationRequest> requests, const TextRules& rules,
                              int64_t batch, const Transformer& model, const PolicySetup& policy,
                              const Tokenizer& tokenizer, const ShowText& show) {
  const Generator generator(
      model, policy, {.sampling = rules.sampling, .batch = batch, .stop_ids = rules.stop_ids});
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
