// The answers first: what is there, what may be said of the policies at each size and what they cost
// against the full model, and how small a state may be.

function countsSection(report) {
  const planned = report.count("planned");
  const states = [["done", "done"], ["failed", "failed"], ["partial", "partial"],
    ["missing", "missing"], ["limited", "limited"]];
  return element("section", {class: "counts", "aria-label": "Cells"},
    element("p", {id: "counts"}, `${report.count("done")} of ${planned} planned cells (` +
      states.slice(1).map(([state, word]) => `${report.count(state)} ${word}`).join(", ") + ")"),
    element("div", {class: "bar", "aria-hidden": "true"}, states.slice(0, 4).map(([state]) =>
      report.count(state) === 0 ? null
        : element("span", {class: state, style: `flex-grow: ${report.count(state)}`}))));
}

// "nll: h2o is best at 64, 128; no best policy at 256."
function bestSentence(group, metric) {
  const all = group.json.best.filter((best) => best.metric === metric);
  const sizes = new Map();
  for (const best of all) {
    const key = best.verdict === "best" ? best.label : null;
    sizes.set(key, [...(sizes.get(key) ?? []), sizeText(best.state_size)]);
  }
  const parts = [...sizes].map(([label, at]) => [label === null ? "no best policy"
    : element("b", {}, label), label === null ? ` at ${at.join(", ")}` : ` is best at ${at.join(", ")}`]);
  return all.length === 0 ? null : element("p", {class: "lead"}, `${metric}: `,
    parts.flatMap((part, place) => [place === 0 ? "" : "; ", ...part]), ".");
}

// What may be said at each state size. The policy with the best value stands there whether it may be
// called the best or not; the sentence says which.
function bestTable(report, group, metric) {
  const full = report.toplineLabel(group) ?? "the topline";
  const rows = group.json.best.filter((best) => best.metric === metric).map((best) => {
    const next = best.versus_runner_up;
    const versus = best.versus_full;
    return [
      sizeText(best.state_size),
      isAbsent(best.label) ? "" : named(report, best.label),
      short(best.value),
      best.sentence,
      next ? `${signed(next.difference)} ${interval(next.low, next.high)}` : "",
      next ? probability(next.p_adjusted) : "",
      versus ? `${signed(versus.difference)} ${interval(versus.low, versus.high)}` : "",
      versus ? probability(versus.p_adjusted) : "",
    ];
  });
  return rows.length === 0 ? null : plainTable(`${metric}: what may be said at each state size`,
    ["state size", "leader", report.axis(metric), "verdict", "runner-up less leader",
      "p (runner-up)", `against ${full}`, `p (${full})`], rows, [0, 2, 4, 5, 6, 7]);
}

function notRankedList(group) {
  const lines = new Set([...group.json.notes, ...group.json.best.flatMap((best) =>
    best.not_ranked.map((text) => `not ranked at ${sizeText(best.state_size)}: ${text}`))]);
  return lines.size === 0 ? null : fold(plural(lines.size, "note") + " on what is compared",
    () => element("ul", {}, [...lines].map((line) => element("li", {}, line))));
}

function smallestText(found) {
  if (isAbsent(found.state_size)) {
    return "more than measured";
  }
  const size = (found.at_most ? "≤ " : "") + short(found.state_size);
  if (!found.has_interval) {
    return size;
  }
  const end = (value) => isAbsent(value) ? "beyond" : short(value);
  return `${size} [${end(found.low)}, ${end(found.high)}]`;
}

function toleranceText(found) {
  const amount = found.relative ? `${100 * found.tolerance} %` : found.tolerance;
  return `${found.metric} within ${amount}`;
}

function smallestTable(report, group) {
  const found = group.json.smallest_state;
  const columns = [...new Set(found.map(toleranceText))];
  const labels = [...new Set(found.map((one) => one.label))].sort();
  if (found.length === 0) {
    return null;
  }
  const entries = new Map(found.map((one) => [one.label + "\n" + toleranceText(one), one]));
  const rows = labels.map((label) => [named(report, label), ...columns.map((column) => {
    const one = entries.get(label + "\n" + column);
    return one ? smallestText(one) : "";
  })]);
  return plainTable(
    `Smallest state, in rows, that is as good as ${report.toplineLabel(group) ?? "the topline"}`,
    ["policy", ...columns], rows, columns.map((_, place) => place + 1));
}

const TESTS_AT_ONCE = 500;

// All comparisons of two cells, as the report has them; regret is one against the yardstick.
function testsFold(report, group, key, title) {
  const all = group.json[key] ?? [];
  const cell = (id) => {
    const {label, size} = report.byId.get(id);
    return `${label}, ${sizeText(size)}`;
  };
  const caption = all.length <= TESTS_AT_ONCE ? title
    : `${title}: the first ${TESTS_AT_ONCE}, all are in report.json`;
  return all.length === 0 ? null : fold(`${all.length} ${title}`, () => plainTable(caption,
    ["question", "metric", "cell", "less", "difference", "interval", "test", "p", "p (adjusted)",
      "effect", "units"],
    all.slice(0, TESTS_AT_ONCE).map((one) => [one.question, one.metric, cell(one.a), cell(one.b),
      signed(one.difference), interval(one.low, one.high), one.test, probability(one.p),
      probability(one.p_adjusted), short(one.effect), String(one.n)]), [4, 5, 7, 8, 9, 10]));
}

function noticesSection(report) {
  const lines = [
    ...report.json.problems.map((problem) => `passed over: ${problem.path}: ${problem.what}`),
    ...report.json.warnings,
    ...failures(report),
  ];
  return lines.length === 0 ? null : element("section", {class: "notices", id: "warnings"},
    element("h2", {}, plural(lines.length, "warning")),
    element("ul", {}, lines.slice(0, 20).map((line) => element("li", {}, line))),
    lines.length <= 20 ? null : fold(`${lines.length - 20} more`, () =>
      element("ul", {}, lines.slice(20).map((line) => element("li", {}, line)))));
}

// The same error of many cells is one line.
function failures(report) {
  const errors = new Map();
  for (const cell of report.cells.filter((one) => one.state === "failed")) {
    errors.set(cell.error, [...(errors.get(cell.error) ?? []), cell]);
  }
  return [...errors].map(([error, cells]) => `${plural(cells.length, "cell")} failed (` +
    cells.slice(0, 3).map((cell) => `${cell.label}, ${sizeText(cell.size)}`).join("; ") +
    `${cells.length > 3 ? "; …" : ""}): ${error}`);
}

function summaryOf(report, group) {
  return [
    ...report.headline().map((metric) => bestSentence(group, metric)),
    ...report.headline().map((metric) => bestTable(report, group, metric)),
    smallestTable(report, group),
    notRankedList(group),
    testsFold(report, group, "comparisons", "paired tests"),
    testsFold(report, group, "regret", "comparisons with the yardstick"),
  ].filter(Boolean);
}
