// One run, opened: its parameters, all its metrics, its texts and its samples one by one.

const SAMPLES_AT_ONCE = 200;

function metricRows(report, cell) {
  return Object.entries(cell.metrics).map(([name, metric]) => [name,
    withInterval(metric.value, metric.low, metric.high), short(metric.stderr), plain(metric.n),
    report.metrics.get(name)?.unit ?? ""]);
}

// Metrics that are made of the same numbers, as nll and perplexity, share their columns.
function sampleColumns(cell) {
  const columns = new Map();
  for (const [name, pairs] of Object.entries(cell.samples)) {
    const key = JSON.stringify(pairs);
    columns.set(key, {names: [...(columns.get(key)?.names ?? []), name], pairs});
  }
  return [...columns.values()];
}

function quotient([numerator, denominator]) {
  const value = numeric(numerator) / numeric(denominator);
  return Number.isNaN(value) ? "" : short(value);
}

function samplesTable(cell, most) {
  const columns = sampleColumns(cell);
  const count = Math.max(...columns.map(({pairs}) => pairs.length));
  const rows = [];
  for (let sample = 0; sample < Math.min(count, most); ++sample) {
    rows.push([String(sample), ...columns.flatMap(({pairs}) => {
      const pair = pairs[sample];
      return pair ? [short(pair[0]), short(pair[1]), quotient(pair)] : ["", "", ""];
    })]);
  }
  const header = ["sample", ...columns.flatMap(({names}) =>
    [`${names.join(", ")}: numerator`, "denominator", "quotient"])];
  return plainTable("Samples", header, rows, header.map((_, place) => place));
}

function samplesOf(cell) {
  const count = Math.max(0, ...Object.values(cell.samples).map((pairs) => pairs.length));
  if (count === 0) {
    return element("p", {class: "note"}, cell.state === "done"
      ? "The samples of this run are not in the report, but in samples.jsonl of its folder." : "");
  }
  const holder = element("div", {class: "samples"}, samplesTable(cell, SAMPLES_AT_ONCE));
  if (count > SAMPLES_AT_ONCE) {
    holder.append(element("button", {type: "button", onclick: () =>
      holder.replaceChildren(samplesTable(cell, Infinity))}, `all ${count} samples`));
  }
  return holder;
}

// What the run was asked and what it answered, sample by sample; long texts are cut (sample_texts.h).
function textsFold(cell) {
  const texts = cell.texts ?? [];
  return texts.length === 0 ? null : fold(`texts of the first ${plural(texts.length, "sample")}`, () =>
    element("ol", {class: "texts", start: 0}, texts.map(({sample, ...members}) => element("li", {},
      element("dl", {}, Object.entries(members).map(([name, text]) => element("div", {},
        element("dt", {}, name),
        element("dd", {}, typeof text === "string" ? text : JSON.stringify(text)))))))));
}

function detailOf(report, cell) {
  const facts = [["folder", cell.folder], ["id", cell.id],
    ...Object.entries(cell.parameters).map(([key, value]) => [key, plain(value)]),
    ...Object.entries(cell.measures).map(([key, value]) => [key, short(value)])];
  return element("div", {class: "detail"},
    cell.error ? element("p", {class: "error"}, cell.error) : null,
    cell.warnings.map((warning) => element("p", {class: "warning"}, warning)),
    element("dl", {}, facts.map(([key, value]) =>
      element("div", {}, element("dt", {}, key), element("dd", {}, value)))),
    Object.keys(cell.metrics).length === 0 ? null : plainTable("Metrics",
      ["metric", "value [95 %]", "standard error", "n", "unit"], metricRows(report, cell),
      [1, 2, 3]),
    textsFold(cell),
    samplesOf(cell));
}
