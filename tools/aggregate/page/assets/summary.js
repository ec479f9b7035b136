// The answers first: how many runs are done, the verdict at each cache size and the cost against the
// full cache, and how small the cache may be.

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

// "nll: H2O is best at cache size 64 (+0.21 to the full cache), 128 (+0.08); no best policy at 256."
function bestSentence(report, group, metric) {
  const all = group.json.best.filter((best) => best.metric === metric);
  const sizes = new Map();
  for (const best of all) {
    const key = best.verdict === "best" ? report.name(best.label) : null;
    sizes.set(key, [...(sizes.get(key) ?? []), best]);
  }
  let isFirst = true;
  const cost = ({versus_full: versus}) => {
    const text = !versus ? "" : ` (${signed(versus.difference, versus.low, versus.high)}` +
      `${isFirst ? ` to the ${baselineName(report, group)}` : ""})`;
    isFirst = isFirst && text === "";
    return text;
  };
  const parts = [...sizes].map(([name, found]) => {
    const at = found.map((best) => sizeText(best.state_size) + (name === null ? "" : cost(best)));
    return [name === null ? "no best policy" : element("b", {}, name),
      `${name === null ? "" : " is best"} at cache size ${at.join(", ")}`];
  });
  return all.length === 0 ? null : element("p", {class: "lead"}, `${metric}: `,
    parts.flatMap((part, place) => [place === 0 ? "" : "; ", ...part]), ".");
}

// A table whose rows are cards on a narrow screen.
function cards(...table) {
  const node = plainTable(...table);
  node.classList.add("cards");
  return node;
}

// The verdict at each cache size. The policy with the best value is there whether it may be called the
// best or not; the verdict says which.
function bestTable(report, group, metric) {
  const full = baselineName(report, group);
  const rows = group.json.best.filter((best) => best.metric === metric).map((best) => {
    const next = best.versus_runner_up;
    const versus = best.versus_full;
    return [
      sizeText(best.state_size),
      isAbsent(best.label) ? "" : named(report, best.label),
      supported(best.value, versus?.low, versus?.high),
      best.sentence,
      next ? withInterval(next.difference, next.low, next.high, true) : "",
      next ? probability(next.p_adjusted) : "",
      ...(!group.baseline ? [] : versus ? [withInterval(versus.difference, versus.low, versus.high,
        true), probability(versus.p_adjusted)] : ["", ""]),
    ];
  });
  return rows.length === 0 ? null : cards(`${metric} at each cache size`,
    ["cache size", "leader", report.axis(metric), "verdict", "runner-up minus leader",
      "p (runner-up)", ...(group.baseline ? [`minus ${full}`, `p (${full})`] : [])], rows, [0, 2, 4, 5, 6, 7]);
}

// Tables of the first metrics, and the others folded.
function bestTables(report, group) {
  const tables = report.headline().map((metric) => bestTable(report, group, metric)).filter(Boolean);
  return [...tables.slice(0, 2), tables.length <= 2 ? null
    : fold(`${tables.length - 2} more metrics`, () => element("div", {}, tables.slice(2)))];
}

function baselineName(report, group) {
  return group.baseline ? report.name(group.baseline.label) : "the baseline";
}

// Of several groups the verdicts on all, since the rest of the page shows one at a time.
function groupsTable(report) {
  const metrics = report.headline();
  const rows = report.groups.flatMap((group) => metrics.map((metric) =>
    [group.title, bestSentence(report, group, metric)])).filter(([, sentence]) => sentence);
  const table = () => plainTable("Verdicts by group", ["group", "verdict"], rows);
  return report.groups.length < 2 || rows.length === 0 ? null
    : rows.length <= 12 ? table() : fold(`verdicts on all ${report.groups.length} groups`, table);
}

function notRankedList(group) {
  const lines = new Set([...group.json.notes, ...group.json.best.flatMap((best) =>
    best.not_ranked.map((text) => `not ranked at ${sizeText(best.state_size)}: ${text}`))]);
  return lines.size === 0 ? null : fold(plural(lines.size, "note") + " on the comparison",
    () => element("ul", {}, [...lines].map((line) => element("li", {}, line))));
}

// "≤ 64", "90 [77, 108]", "> 512": beyond the largest size that was run.
function smallestText(found, largest) {
  if (isAbsent(found.state_size)) {
    return `> ${largest}`;
  }
  const rows = (value) => String(Math.round(value));
  const size = (found.at_most ? "≤ " : "") + rows(found.state_size);
  if (!found.has_interval) {
    return size;
  }
  const end = (value) => isAbsent(value) ? `> ${largest}` : rows(value);
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
  const largest = new Map(labels.map((label) => [label, Math.max(...group.cells
    .filter((cell) => cell.label === label).map((cell) => cell.size ?? 0))]));
  const entries = new Map(found.map((one) => [one.label + "\n" + toleranceText(one), one]));
  const rows = labels.map((label) => [named(report, label), ...columns.map((column) => {
    const one = entries.get(label + "\n" + column);
    return one ? smallestText(one, largest.get(label)) : "";
  })]);
  const table = () => plainTable(
    `Smallest cache (tokens per layer) within a tolerance of the ${baselineName(report, group)}`,
    ["policy", ...columns], rows, columns.map((_, place) => place + 1));
  return rows.length <= 8 ? table() : fold(`smallest cache of ${rows.length} policies`, table);
}

const TESTS_AT_ONCE = 500;

// All paired tests of the report.
function testsFold(report, group) {
  const all = group.json.comparisons;
  const title = "paired tests";
  const cell = (id) => {
    const {label, size} = report.byId.get(id);
    return `${report.name(label)}, ${sizeText(size)}`;
  };
  const caption = all.length <= TESTS_AT_ONCE ? title
    : `${title}: the first ${TESTS_AT_ONCE}, all are in report.json`;
  return all.length === 0 ? null : fold(`${all.length} ${title}`, () => plainTable(caption,
    ["question", "metric", "run", "minus", "difference [95 %]", "test", "p", "p (adjusted)",
      "effect", "units"],
    all.slice(0, TESTS_AT_ONCE).map((one) => [one.question, one.metric, cell(one.a), cell(one.b),
      withInterval(one.difference, one.low, one.high, true), one.test, probability(one.p),
      probability(one.p_adjusted), short(one.effect), String(one.n)]), [4, 6, 7, 8, 9]));
}

function noticesSection(report) {
  const lines = [
    ...report.json.problems.map((problem) => `skipped: ${problem.path}: ${problem.what}`),
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
  return [...errors].map(([error, cells]) => `${plural(cells.length, "run")} failed (` +
    cells.slice(0, 3).map((cell) => `${cell.name}, ${sizeText(cell.size)}`).join("; ") +
    `${cells.length > 3 ? "; …" : ""}): ${error}`);
}

function summaryOf(report, group) {
  return [
    ...report.headline().map((metric) => bestSentence(report, group, metric)),
    ...bestTables(report, group),
    smallestTable(report, group),
    notRankedList(group),
    testsFold(report, group),
  ].filter(Boolean);
}
