#include "multistate/text/conversation_format.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::conversation_format_test {
namespace {

using Role = ChatMessage::Role;
using Place = ConversationFormat::SystemPlace;
using Trim = ConversationFormat::Trim;

/// Every part is another text.
ConversationFormat example() {
  ConversationFormat format;
  format.name = "example";
  format.start = "{bos}";
  format.system = {"<s>", "</s>"};
  format.no_system = "<none>";
  format.user = {"<u>", "</u>"};
  format.assistant = {"<a>", "</a>{eos}"};
  format.generation = "<a>";
  return format;
}

const ChatMessage kSystem{Role::kSystem, " S "};
const ChatMessage kUser{Role::kUser, " U "};
const ChatMessage kAnswer{Role::kAssistant, " A "};

std::string text(const ConversationFormat& format, const std::vector<ChatMessage>& messages) {
  return chat_text(format, messages);
}

}  // namespace

TEST_CASE("a conversation is written turn by turn, up to where the answer begins") {
  const ConversationFormat format = example();
  CHECK(text(format, {kUser}) == "{bos}<none><u> U </u><a>");
  CHECK(text(format, {kUser, kAnswer, kUser}) ==
        "{bos}<none><u> U </u><a> A </a>{eos}<u> U </u><a>");
  CHECK(text(format, {kSystem, kUser}) == "{bos}<s> S </s><u> U </u><a>");
}

TEST_CASE("the system message stands where the format puts it") {
  ConversationFormat format = example();
  format.no_system = "";
  const std::vector<ChatMessage> all = {kSystem, kUser, kAnswer, kUser};
  format.system_place = Place::kFirstUser;
  CHECK(text(format, all) == "{bos}<u><s> S </s> U </u><a> A </a>{eos}<u> U </u><a>");
  format.system_place = Place::kLastUser;
  CHECK(text(format, all) == "{bos}<u> U </u><a> A </a>{eos}<u><s> S </s> U </u><a>");
  format.system_place = Place::kRefused;
  CHECK(input_error([&] { text(format, all); }) == "the chat format example has no system message");
  format.system_place = Place::kIgnored;
  CHECK(input_error([&] { text(format, all); }) ==
        "the chat template of the format example drops system messages");
  CHECK(text(format, {kUser}) == "{bos}<u> U </u><a>");
}

TEST_CASE("messages are trimmed where the format says so, one by one or with the system message") {
  ConversationFormat format = example();
  format.trim_system = format.trim_assistant = Trim::kBlanks;
  const std::vector<ChatMessage> all = {kSystem, kUser, kAnswer, kUser};
  CHECK(text(format, all) == "{bos}<s>S</s><u> U </u><a>A</a>{eos}<u> U </u><a>");
  format = example();
  format.trims_user = true;
  CHECK(text(format, all) == "{bos}<s> S </s><u>U</u><a> A </a>{eos}<u>U</u><a>");
  format.system_place = Place::kFirstUser;
  format.trims_system_with_user = true;
  CHECK(text(format, all) == "{bos}<u><s> S </s> U</u><a> A </a>{eos}<u>U</u><a>");
}

TEST_CASE("a message may lose blanks on one side, or line ends only") {
  ConversationFormat format = example();
  format.trim_system = Trim::kBlanksAfter;
  format.trim_assistant = Trim::kLinesBefore;
  const ChatMessage system{Role::kSystem, "\n S \u00a0\n"};
  const ChatMessage answer{Role::kAssistant, "\n\n A \n"};
  CHECK(text(format, {system, kUser, answer, kUser}) ==
        "{bos}<s>\n S</s><u> U </u><a> A \n</a>{eos}<u> U </u><a>");
  CHECK(text(format, {kUser, {Role::kAssistant, "\n"}, kUser}) ==
        "{bos}<none><u> U </u><a></a>{eos}<u> U </u><a>");
  const ChatMessage blank{Role::kSystem, " \n"};
  CHECK(text(format, {blank, kUser}) == "{bos}<s></s><u> U </u><a>");
  format.blank_system_is_none = true;
  CHECK(text(format, {blank, kUser}) == "{bos}<none><u> U </u><a>");
  CHECK(text(format, {kSystem, kUser}) == "{bos}<s> S</s><u> U </u><a>");
}

TEST_CASE("a system message with a word that the template reads as a switch is refused") {
  ConversationFormat format = example();
  format.system_switches = {"/no_think", "/think"};
  CHECK(input_error([&] {
          text(format, {{Role::kSystem, "Be brief. /no_think"}, kUser});
        }) ==
        "the chat template of the format example reads /no_think in a system message as a switch, "
        "which is not supported");
  CHECK(text(format, {kUser}) == "{bos}<none><u> U </u><a>");
}

TEST_CASE("blanks are those of Python") {
  // "".join(map(chr, range(0x110000))).strip() and the like, in CPython 3.11.
  const std::string blanks =
      "\t\n\v\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
      "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
  CHECK(python_strip(blanks + "a b" + blanks) == "a b");
  CHECK(python_strip(blanks).empty());
  CHECK(python_strip("").empty());
  for (const std::string kept : {"\u200b", "\ufeff", "\u180e", "\b", "\x1b", "\x7f"}) {
    CHECK(python_strip(kept + "a" + kept) == kept + "a" + kept);
  }
}

TEST_CASE("a text in two parts loses the blanks at its own ends only") {
  const auto parts = [](std::string first, std::string last) {
    python_strip(first, last);
    return std::vector<std::string>{first, last};
  };
  using Parts = std::vector<std::string>;
  CHECK(parts(" a ", "\n b ") == Parts{"a ", "\n b"});
  CHECK(parts(" \t", " b ") == Parts{"", "b"});
  CHECK(parts(" a ", "\n\n") == Parts{"a", ""});
  CHECK(parts("", " a") == Parts{"", "a"});
  CHECK(parts(" ", " ") == Parts{"", ""});
  CHECK(parts("\xc2\xa0"
              "a",
              "b\xe3\x80\x80") == Parts{"a", "b"});
}

TEST_CASE("the frame of a message is what stands around it in a conversation of one") {
  const ConversationFormat format = example();
  const ChatFrame frame = frame_of_message(format);
  CHECK(frame.before + " U " + frame.after == text(format, {kUser}));
  CHECK(format.writes_bos());
  ConversationFormat dated = format;
  dated.no_system = "<{date}>";
  const ConversationFormat filled =
      with_texts(dated, {.bos = "[BOS]", .eos = "[EOS]", .date = "today"});
  CHECK(text(filled, {kUser, kAnswer, kUser}) ==
        "[BOS]<today><u> U </u><a> A </a>[EOS]<u> U </u><a>");
}

TEST_CASE("messages in another order are refused") {
  const ConversationFormat format = example();
  const auto message = [&](const std::vector<ChatMessage>& messages) {
    return input_error([&] { text(format, messages); });
  };
  const std::string order = "messages of user and assistant have to alternate, the user's first";
  const std::string end = "a conversation ends with a message of the user";
  CHECK(message({kUser, kUser}) == order);
  CHECK(message({kAnswer, kUser}) == order);
  CHECK(message({kUser, kSystem}) == order);
  CHECK(message({kUser, kAnswer}) == end);
  CHECK(message({kSystem}) == end);
  CHECK(message({}) == end);
}

}  // namespace multistate::test::conversation_format_test
