#include "multistate/text/chat_template_shape.h"

#include <algorithm>

#include "multistate/base/sha256.h"

#include "support/catch.h"

namespace multistate::test::chat_template_shape_test {
namespace {

using Literals = std::vector<std::string>;

/// Whether `chat_template` has the shape that is written `shape`, with # for a literal left out.
bool has_shape(std::string_view chat_template, std::string shape, const Literals& literals) {
  const auto found = template_shape(chat_template);
  std::replace(shape.begin(), shape.end(), '#', '\x01');
  return found && found->sha256 == sha256_hex(shape) && found->literals == literals;
}

}  // namespace

TEST_CASE("templates are known by the text that Jinja reads") {
  const std::string identity = template_identity("a\nb");
  CHECK(identity ==  // sha256sum
        "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78");
  CHECK(template_identity("a\nb\n") == identity);
  CHECK(template_identity("a\r\nb\r\n") == identity);
  CHECK(template_identity("a\rb") == identity);
  CHECK(template_identity("a\nb\n\n") != identity);
  CHECK(template_identity(" a\nb") != identity);
  CHECK(normalised_template("\r\n").empty());
  CHECK(normalised_template("\r\r\n\n") == "\n\n");
}

TEST_CASE("a shape leaves out the operands of plain concatenations") {
  CHECK(has_shape("{{ 'a' }}", "{{#}}", {"a"}));
  CHECK(has_shape("{{'a'+x  ~ \"b\"}} 'c'", "{{#+x ~ #}} 'c'", {"a", "b"}));
  CHECK(has_shape("{{- 'a' + m['role'] + f('b') -}}", "{{-# + m['role'] + f('b')-}}", {"a"}));
  CHECK(has_shape("{{ 'a' + x | trim + 'b' }}", "{{# + x | trim + #}}", {"a", "b"}));
  CHECK(has_shape(R"({{ 'a\n\t\r\\\'"' }})", "{{#}}", {"a\n\t\r\\'\""}));
  CHECK(has_shape("{{ '}}' + '%}' }}", "{{# + #}}", {"}}", "%}"}));
}

TEST_CASE("a shape keeps every literal on which more may depend") {
  for (const std::string kept :
       {"{{'a' | trim}}", "{{x | f + 'a' | g}}", "{{'a'.b}}", "{{'a' * 2}}", "{{x == 'a' + 'b'}}",
        "{{'a' if x else 'b'}}", "{{x['a']}}", "{{f('a' + 'b')}}", "{{('a' + x) | f}}",
        "{{x in 'a'}}", "{{not 'a'}}", "{{'a' 'b'}}", "{%if 'a' + x%}", "{%set x = 'a' + 'b'%}",
        "{{{'a': 'b'}[x]}}", "{{x or 'a'}}", "'a' + 'b'"}) {
    INFO(kept);
    CHECK(has_shape(kept, kept, {}));
  }
}

TEST_CASE("blanks outside tags, comments and whitespace control belong to the shape") {
  CHECK(
      has_shape("{%-  for  a\n in b   -%} \n {%   endfor%}", "{%-for a in b-%} \n {%endfor%}", {}));
  const auto sha256 = [](const char* text) { return template_shape(text).value().sha256; };
  CHECK(sha256("{% if x %}") == sha256("{%if  x%}"));
  CHECK(sha256("{%- if x %}") != sha256("{% if x %}"));
  CHECK(sha256("{# a #}") != sha256("{# b #}"));
  CHECK(sha256("{% if x %} ") != sha256("{% if x %}"));
  CHECK(sha256("{{ a+b }}") != sha256("{{ a + b }}"));
  CHECK(sha256("{% if x == 'a  b' %}") != sha256("{% if x == 'a b' %}"));
}

TEST_CASE("a template whose tags or literals do not end has no shape") {
  for (const char* text : {"{{", "{{ a", "{{ a %}", "{% a }}", "{% 'a %}", "{{ \"a' }}", "{# a",
                           "{{ 'a\\' }}", "{{ 'a\\x41' }}", "{{ 'a\\q' }}", "a\x01", "{{ 'a\\"}) {
    INFO(text);
    CHECK_FALSE(template_shape(text));
  }
}

TEST_CASE("a shape takes time in proportion to the template, whatever it holds") {
  for (const std::string piece :
       {"{", "{{", "{%", "{#", "{{}}", "{{ 'a' + ", "{{ 'a' }}", "'", "\\", "{{'\\", "{{ ((([",
        "{% set x = 'a' %}", "{# #}", "{{ -", " ", "\r", "}}", "{{\x80"}) {
    std::string text = "{{ 'a' }}";
    while (text.size() < (size_t{2} << 20)) {
      text += piece;
    }
    INFO(piece);
    const auto shape = template_shape(text);
    CHECK((!shape || !shape->literals.empty()));
    CHECK(template_identity(text).size() == 64);
  }
  const std::string long_literal = "{{ '" + std::string(size_t{1} << 20, 'x') + "' }}";
  CHECK(template_shape(long_literal).value().literals.front().size() == size_t{1} << 20);
}

}  // namespace multistate::test::chat_template_shape_test
