#include "multistate/text/named_pre_tokenizers.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using Steps = std::vector<PreTokenizerStep>;

/// Names that mean the same.
struct Rule {
  std::vector<std::string> names;
  NamedPreTokenizer meaning;
};

// Parts of the expressions in the models' own tokenizers.
const std::string kContraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const std::string kBeforeWord = R"([^\r\n\p{L}\p{N}]?)";
const std::string kUpper = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])";
const std::string kLower = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";
const std::string kOther = R"( ?[^\s\p{L}\p{N}]+[\r\n]*|)";
const std::string kOtherOrSlash = R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|)";
const std::string kSpace = R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
const std::string kCjk = R"([\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";

/// The cased letters that DeepSeek-LLM's expression lists: not all that Unicode has.
const std::string kCased =
    R"(A-Za-z\x{00B5}\x{00C0}-\x{00D6}\x{00D8}-\x{00F6}\x{00F8}-\x{01BA}\x{01BC}-\x{01BF})"
    R"(\x{01C4}-\x{0293}\x{0295}-\x{02AF}\x{0370}-\x{0373}\x{0376}\x{0377}\x{037B}-\x{037D})"
    R"(\x{037F}\x{0386}\x{0388}-\x{038A}\x{038C}\x{038E}-\x{03A1}\x{03A3}-\x{03F5})"
    R"(\x{03F7}-\x{0481}\x{048A}-\x{052F}\x{0531}-\x{0556}\x{10A0}-\x{10C5})"
    R"(\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF})"
    R"(\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15})"
    R"(\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B})"
    R"(\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"
    R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC})"
    R"(\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115})"
    R"(\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139})"
    R"(\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B})"
    R"(\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B})"
    R"(\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF})"
    R"(\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A})"
    R"(\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2})"
    R"(\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})";

const std::string kLlama3 =
    kContraction + "|" + kBeforeWord + R"(\p{L}+|\p{N}{1,3}|)" + kOther + kSpace;

const std::string kQwen2 = kContraction + "|" + kBeforeWord + R"(\p{L}+|\p{N}|)" + kOther + kSpace;

const std::string kQwen35 = kContraction + "|" + kBeforeWord +
                            R"([\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" + kSpace;

const std::string kTekken = kBeforeWord + kUpper + "*" + kLower + "+|" + kBeforeWord + kUpper +
                            "+" + kLower + R"(*|\p{N}|)" + kOtherOrSlash + kSpace;

const std::string kGpt4o = kBeforeWord + kUpper + "*" + kLower + "+" + kContraction + "?|" +
                           kBeforeWord + kUpper + "+" + kLower + "*" + kContraction +
                           R"(?|\p{N}{1,3}|)" + kOtherOrSlash + kSpace;

const std::string kDeepSeekV3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|)"
    R"( ?[\p{P}\p{S}]+[\r\n]*|)" +
    kSpace;

/// Matches and gaps of each expression in turn, as bytes.
Steps isolated(const std::vector<std::string>& expressions) {
  Steps steps;
  for (const std::string& expression : expressions) {
    steps.push_back(isolate(expression));
  }
  steps.emplace_back(BytesToAlphabet{});
  return steps;
}

Steps digits_then_gpt2() {
  Steps steps = gpt2_steps();
  steps.insert(steps.begin(), isolate_digits());
  return steps;
}

/// The last two steps see the alphabet for bytes.
Steps falcon() {
  Steps steps = gpt2_steps();
  steps.insert(steps.begin(),
               SplitText{{TextPattern::Kind::kPunctuation, ""}, SplitBehavior::kContiguous});
  steps.emplace_back(SplitText{{TextPattern::Kind::kNumeric, ""}, SplitBehavior::kContiguous});
  steps.push_back(isolate("[0-9][0-9][0-9]"));
  return steps;
}

/// Their expression for white space at the end, \s+$, with a look back: it matches the same, but is
/// not tried at every place of a long run of spaces.
const std::string kSpaceAtEnd = R"((?<!\s)\s+$)";

const std::string kWideMarks =
    R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)";

Steps deepseek_llm() {
  return isolated(
      {R"([\r\n])", R"(\s?[)" + kCased + "]+", kWideMarks, kSpaceAtEnd, kCjk, R"(\p{N})"});
}

std::vector<Rule> make_rules() {
  const std::vector<NormalizerStep> nfc = {UnicodeForm{UnicodeForm::Form::kNfc}};
  return {
      {{"gpt-2", "phi-2", "jais", "trillion", "granite-docling", "exaone4", "gigachat", "mellum",
        "a.x-4.0"},
       {.steps = gpt2_steps()}},
      {{"mpt", "olmo"}, {.normalizer = nfc, .steps = gpt2_steps()}},
      {{"smollm", "starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"},
       {.steps = digits_then_gpt2()}},
      {{"command-r"}, {.normalizer = nfc, .steps = digits_then_gpt2()}},
      {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"},
       {.steps = isolated({kLlama3}), .ignore_merges = true, .add_bos = true}},
      {{"dbrx", "smaug-bpe", "chatglm-bpe", "glm4"}, {.steps = isolated({kLlama3})}},
      {{"qwen2"}, {.normalizer = nfc, .steps = isolated({kQwen2})}},
      {{"deepseek-r1-qwen", "megrez", "hunyuan", "solar-open", "stablelm2", "kormo"},
       {.steps = isolated({kQwen2})}},
      {{"qwen35"}, {.steps = isolated({kQwen35})}},
      {{"deepseek-llm"}, {.steps = deepseek_llm()}},
      {{"deepseek-coder"},
       {.steps = isolated({R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kCjk, R"(\p{N})"})}},
      {{"deepseek-v3", "hunyuan-dense", "joyai-llm"},
       {.steps =
            isolated({R"(\p{N}{1,3})", R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)",
                      kDeepSeekV3})}},
      {{"tekken"}, {.steps = isolated({kTekken}), .ignore_merges = true, .add_bos = true}},
      {{"gpt-4o", "llama4", "kanana2"}, {.steps = isolated({kGpt4o}), .ignore_merges = true}},
      {{"falcon"}, {.steps = falcon()}},
  };
}

}  // namespace

NamedPreTokenizer named_pre_tokenizer(std::string_view name, std::string_view source) {
  static const std::vector<Rule> rules = make_rules();
  std::vector<std::string> known;
  for (const Rule& rule : rules) {
    if (std::find(rule.names.begin(), rule.names.end(), name) != rule.names.end()) {
      return rule.meaning;
    }
    known.insert(known.end(), rule.names.begin(), rule.names.end());
  }
  std::sort(known.begin(), known.end());
  throw InputError(fmt::format("{}: the pre-tokenizer {} is not supported; supported: {}", source,
                               in_quotes(name), join(known)));
}

}  // namespace multistate
