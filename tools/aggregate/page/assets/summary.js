// The answers first: what is there, which policy is best at each size and what that costs against
// the full model, and how small a state may be.

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

// "By nll the best is tova at 4 of 5 state sizes, h2o at 1."
function bestSentence(group, metric) {
  const all = group.json.best.filter((best) => best.metric === metric);
  const wins = new Map();
  for (const {label} of all) {
    wins.set(label, (wins.get(label) ?? 0) + 1);
  }
  const order = [...wins].sort((a, b) => b[1] - a[1]);
  return all.length === 0 ? null : element("p", {class: "lead"}, `By ${metric} the best is `,
    order.flatMap(([label, count], place) => [place === 0 ? "" : ", ", element("b", {}, label),
      place === 0 ? ` at ${count} of ${plural(all.length, "state size")}` : ` at ${count}`]), ".");
}

// How often the best is so again when samples are drawn again, where the report tells it.
function sharesOf(group, metric) {
  return new Map((group.json.ranks.first_places ?? [])
    .filter((place) => place.metric === metric)
    .map((place) => [plain(place.state_size) + " " + place.label, place.share]));
}

function bestTable(report, group, metric) {
  const shares = sharesOf(group, metric);
  const full = report.toplineLabel(group) ?? "the topline";
  const rows = group.json.best.filter((best) => best.metric === metric).map((best) => {
    const versus = best.versus_full;
    return [
      sizeText(best.state_size),
      named(report, best.label),
      short(best.value),
      versus ? `${signed(versus.difference)} ${interval(versus.low, versus.high)}` : "",
      versus ? probability(versus.p_holm) : "",
      ...(shares.size === 0 ? []
        : [percent(shares.get(plain(best.state_size) + " " + best.label))]),
    ];
  });
  return rows.length === 0 ? null : plainTable(`Best ${metric} at each state size`,
    ["state size", "best policy", report.axis(metric), `against ${full}`, "p (Holm)",
      ...(shares.size === 0 ? [] : ["first when resampled"])],
    rows, [0, 2, 3, 4, 5]);
}

function percent(share) {
  return isAbsent(share) ? "" : `${Math.round(100 * share)} %`;
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

function agreementText(agreement) {
  const parts = [["Kendall's W", agreement.kendall_w], ["mean τ-b", agreement.mean_tau_b]]
    .filter(([, value]) => !isAbsent(value)).map(([name, value]) => `${name} ${short(value)}`);
  return parts.length === 0 ? null : parts.join(", ");
}

function ranksList(group) {
  const lines = [["over_sizes", "state sizes"], ["over_seeds", "seeds"]].flatMap(([key, what]) =>
    (group.json.ranks[key] ?? []).map((agreement) => {
      const text = agreementText(agreement);
      const size = isAbsent(agreement.state_size) ? "" : ` at ${agreement.state_size}`;
      return text && element("li", {},
        `The order of policies by ${agreement.metric}${size} over ${what}: ${text}`);
    })).filter(Boolean);
  return lines.length === 0 ? null : element("ul", {class: "ranks"}, lines);
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
    ["metric", "cell", "less", "difference", "interval", "p", "p (Holm)", "effect", "samples"],
    all.slice(0, TESTS_AT_ONCE).map((one) => [one.metric, cell(one.a), cell(one.b),
      signed(one.difference), interval(one.low, one.high), probability(one.p),
      probability(one.p_holm), short(one.effect), String(one.n)]), [3, 4, 5, 6, 7, 8]));
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
    ranksList(group),
    testsFold(report, group, "comparisons", "paired tests"),
    testsFold(report, group, "regret", "comparisons with the yardstick"),
  ].filter(Boolean);
}
