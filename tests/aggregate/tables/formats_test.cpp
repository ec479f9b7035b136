#include "aggregate/tables/formats.h"

#include <cmath>

#include "aggregate/tables/collections.h"
#include "aggregate/tables/shown_table.h"
#include "support/catch.h"

namespace multistate::test::formats_test {
namespace {

using namespace aggregate;

/// small_collection() with a failed and a limited cell, and marks.
Table marked_table() {
  Collection all = small_collection();
  all.cells[1].state = CellState::kFailed;
  all.cells[3].limited = true;
  return make_table(all, {.rows = {"label"}}, small_findings());
}

}  // namespace

TEST_CASE("the terminal's table, as it looks") {
  CHECK(terminal_table(marked_table(), false, 120) ==
        "loss (nats) by state_size\n"
        "\n"
        "policy              64             128       unbounded\n"
        "tova    > 12.00 ± 0.50          failed\n"
        "h2o       13.00 ± 0.50*  10.50 ± 0.50=†\n"
        "full                                     10.00 ± 0.50 ‡\n"
        "\n"
        "> best at its cache size: better than every other policy and control\n"
        "= tied for the best at its cache size: not distinguishable from the leader\n"
        "* worse than the leader at its cache size (paired test over samples, adjusted, p < "
        "0.05)\n"
        "‡ not ranked: a baseline, an upper reference, or holds more memory than the others\n"
        "† limited: only the first samples were run (--limit)\n"
        "loss at 64: tova is best\n"
        "4 of 5 planned cells (1 failed, 0 missing, 1 limited)\n");
}

TEST_CASE("the setup heads a table in every format, escaped as its texts are") {
  Table table = marked_table();
  table.setup = "a_model (Q4_1; float32) | t.txt";
  CHECK_THAT(terminal_table(table, false, 120),
             ContainsSubstring("by state_size\na_model (Q4_1; float32) | t.txt\n\npolicy"));
  CHECK_THAT(markdown_table(table),
             ContainsSubstring("\n\na_model (Q4_1; float32) \\| t.txt\n\n|"));
  CHECK_THAT(latex_table(table),
             ContainsSubstring(". a\\_model (Q4\\_1; float32) \\textbar{} t.txt. "));
}

TEST_CASE("on a terminal with colours the best is bold, and nothing else moves the cursor") {
  Collection all = small_collection();
  all.cells[0].name = "to\033[2Jva";
  const std::string text = terminal_table(make_table(all, {}, small_findings()), true, 120);
  CHECK_THAT(text, ContainsSubstring("\033[1m12.00 ± 0.50 \033[0m"));
  CHECK_THAT(text, ContainsSubstring("to [2Jva"));
}

TEST_CASE("a table that is too wide becomes one a metric") {
  const auto text = [](size_t width) {
    const TableRequest request = {.rows = {"label"}, .metrics = {"loss", "tokens_per_s"}};
    return terminal_table(make_table(small_collection(), request), false, width);
  };
  const std::string whole = text(200);
  const size_t header = whole.find("policy");
  const size_t width = whole.find('\n', header) - header;
  CHECK_THAT(whole, ContainsSubstring("loss 64"));
  CHECK(whole.find("policy", header + 1) == std::string::npos);
  // The header ends with the place of a mark, which is not printed.
  CHECK(text(width + 1) == whole);
  const std::string parts = text(width);
  CHECK_THAT(parts, ContainsSubstring("tokens_per_s 64"));
  CHECK(parts.find("tokens_per_s 64") > parts.find("full"));
  CHECK(parts.find("policy", header + 1) != std::string::npos);
  CHECK_THAT(parts, ContainsSubstring("\n\npolicy"));
  CHECK(parts.find("5 of 5 planned cells") == parts.rfind("5 of 5 planned cells"));
}

TEST_CASE("Markdown, as it is written") {
  CHECK(markdown_table(marked_table()) ==
        "loss (nats) by state_size\n"
        "\n"
        "| policy | 64 | 128 | unbounded |\n"
        "|---|---:|---:|---:|\n"
        "| tova | **12.00** ± 0.50 | failed |  |\n"
        "| h2o | 13.00 ± 0.50 \\* | 10.50 ± 0.50 = † |  |\n"
        "| full |  |  | 10.00 ± 0.50 ‡ |\n"
        "\n"
        "Bold: best at its cache size: better than every other policy and control  \n"
        "= tied for the best at its cache size: not distinguishable from the leader  \n"
        "\\* worse than the leader at its cache size (paired test over samples, adjusted, p "
        "&lt; 0.05)  \n"
        "‡ not ranked: a baseline, an upper reference, or holds more memory than the others  \n"
        "† limited: only the first samples were run (--limit)  \n"
        "loss at 64: tova is best  \n"
        "4 of 5 planned cells (1 failed, 0 missing, 1 limited)\n");
}

TEST_CASE("texts from results are escaped in Markdown") {
  Collection all = small_collection();
  all.cells[0].name = "a|b<script>*\n`";
  CHECK_THAT(markdown_table(make_table(all, {})),
             ContainsSubstring("| a\\|b&lt;script\\>\\* \\` |"));
  all.cells[0].name = "$x$ _a_ b_c";
  CHECK_THAT(markdown_table(make_table(all, {})), ContainsSubstring("| \\$x\\$ \\_a\\_ b_c |"));
}

TEST_CASE("special characters are escaped in LaTeX") {
  CHECK(latex_escaped("a_b & 5% of $x^2$ #1 {~} \\cite\n") ==
        "a\\_b \\& 5\\% of \\$x\\textasciicircum{}2\\$ \\#1 \\{\\textasciitilde{}\\} "
        "\\textbackslash{}cite ");
  // After the end of a line a bracket would be its option, and an asterisk its star.
  CHECK(latex_escaped("[a]*``b''") == "{[}a]{*}{`}{`}b{'}{'}");
  CHECK(latex_escaped("<--|\"") == "\\textless{}{-}{-}\\textbar{}\\textquotedbl{}");
}

TEST_CASE("LaTeX, as it is written") {
  CHECK(
      latex_table(marked_table()) ==
      "% Needs \\usepackage{booktabs}.\n"
      "\\begin{table}\n"
      "\\centering\n"
      "\\begin{tabular}{lrrr}\n"
      "\\toprule\n"
      "& \\multicolumn{3}{c}{loss (nats)} \\\\\n"
      "\\cmidrule(lr){2-4}\n"
      "policy & 64 & 128 & unbounded \\\\\n"
      "\\midrule\n"
      "tova & \\textbf{12.00} $\\pm$ $0.50$ & \\emph{failed} &  \\\\\n"
      "h2o & $13.00$ $\\pm$ $0.50$\\textsuperscript{*} & "
      "$10.50$ $\\pm$ $0.50$\\textsuperscript{=}\\textsuperscript{\\dag} &  \\\\\n"
      "full &  &  & $10.00$ $\\pm$ $0.50$\\textsuperscript{\\ddag} \\\\\n"
      "\\bottomrule\n"
      "\\end{tabular}\n"
      "\\caption{loss (nats) by state\\_size. = tied for the best at its cache size: not "
      "distinguishable from the leader. {*} worse than the leader at its cache size (paired test "
      "over samples, adjusted, "
      "p "
      "\\textless{} 0.05). \\textsuperscript{\\ddag} not ranked: a baseline, an upper reference, or "
      "holds more memory than the others. \\textsuperscript{\\dag} limited: only the first samples "
      "were run ({-}{-}limit). loss at 64: tova is best. Bold: best at its cache size: better than "
      "every other policy and control. 4 of 5 planned cells (1 failed, 0 missing, 1 "
      "limited).}\n"
      "\\end{table}\n");
}

TEST_CASE("a field of CSV is in quotes where RFC 4180 asks for it") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
  CHECK(csv_field("\r") == "\"\r\"");
}

TEST_CASE("CSV has a line a cell and metric, and one for a cell that failed") {
  Collection all = small_collection();
  all.cells.resize(2);
  all.cells[0].metrics["loss"].value = HUGE_VAL;
  all.cells[0].metrics["loss"].standard_error = std::nullopt;
  all.cells[1].state = CellState::kFailed;
  all.cells[1].error = "no, \"never\"";
  const std::string zeros(64, '0');
  CHECK(csv_lines(all, {}) ==
        "sweep,cell,state,limited,label,model.path,policy.name,state_size,metric,unit,"
        "higher_is_better,n,value,stderr,error\r\n"
        "small,tova64" +
            zeros +
            ",done,false,tova,m,tova,64,loss,nats,false,10,inf,,\r\n"
            "small,tova64" +
            zeros +
            ",done,false,tova,m,tova,64,tokens_per_s,,true,,988,,\r\n"
            "small,tova128" +
            zeros + ",failed,false,tova,m,tova,128,,,,,,,\"no, \"\"never\"\"\"\r\n");
}

TEST_CASE("CSV of chosen metrics, relative to a policy, names the cell that it is relative to") {
  const std::string text = csv_lines(
      small_collection(),
      {.metrics = {"loss"}, .filters = {parse_filter("label=tova")}, .relative_to = "full"});
  CHECK_THAT(text, ContainsSubstring("loss,nats,false,10,12,0.5,full0" + std::string(64, '0') +
                                     ",2,\r\n"));
  CHECK_THAT(text, !ContainsSubstring("tokens_per_s"));
  CHECK_THAT(text, !ContainsSubstring("h2o"));
}

TEST_CASE("decimals show two digits of the smallest error, four of values without errors") {
  Collection all = small_collection();
  const auto decimals = [&] { return make_table(all, {}).columns[0].decimals; };
  CHECK(decimals() == 2);
  all.cells[0].metrics["loss"].standard_error = 0.0123;
  CHECK(decimals() == 3);
  for (Cell& cell : all.cells) {
    cell.metrics["loss"].standard_error = std::nullopt;
  }
  CHECK(decimals() == 2);  // 11.00
  for (Cell& cell : all.cells) {
    cell.metrics["loss"].value *= 1e6;
  }
  CHECK(decimals() == 0);
}

TEST_CASE("numbers: signs of differences, no minus before nought, what is no number") {
  CHECK(number_text(1.25, 1, false) == "1.2");
  CHECK(number_text(1.25, 1, true) == "+1.2");
  CHECK(number_text(-1.0, 1, true) == "-1.0");
  CHECK(number_text(-0.001, 2, true) == "0.00");
  CHECK(number_text(-HUGE_VAL, 2, false) == "-inf");
  CHECK(number_text(std::nan(""), 2, false) == "nan");
}

}  // namespace multistate::test::formats_test
