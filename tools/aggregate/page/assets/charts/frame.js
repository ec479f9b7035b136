// What charts have in common. A chart is an object with
//
//   kind     of the charts of a kind one is seen at a time: "size", "place", ...
//   name     of its files, without extension; unique in a report
//   title    one line
//   note     how to read it; may be empty
//   choices  what selects it among those of its kind: "group", "metric", "view", "cache size", ...
//   columns  [title, field] of its points as a table
//   names    policies that the legend of a figure explains
//   spec     of Vega, its points in the data set "all"; null: the note says why there is none
//
// Signals of a specification: `hidden`, names of policies that are not shown; `policy`, the name of
// the one that stands out, or null. Texts of results are data, titles and domains, never names of
// fields or in expressions.

// Letters, digits, "-", "_" and ".": fit for the name of a file.
function slug(text) {
  let result = "";
  for (const character of text) {
    if (/[A-Za-z0-9_.-]/.test(character)) {
      result += character;
    } else if (result !== "" && !result.endsWith("-")) {
      result += "-";
    }
  }
  return result.slice(0, 60);
}

// A chart with nothing drawn. Parts of its name that leave nothing for a file are left out.
function chartOf(kind, parts, title, group) {
  const name = [...parts, group?.title ?? ""].map(slug).filter((part) => part !== "").join("-");
  return {kind, name, title, note: "", choices: group?.title ? {group: group.title} : {},
    columns: [], names: [], spec: null};
}

// A value of several cells that differ in their seed only: of one its interval, of more their mean,
// from the least to the greatest. Null when one is not finite. An interval of fewer than four units
// says nothing and is left out.
function valueOf(entries) {
  const values = entries.map((entry) => numeric(entry.value));
  if (values.length === 0 || !values.every(Number.isFinite)) {
    return null;
  }
  const n = Math.max(...entries.map((entry) => entry.n ?? 0));
  const y = values.reduce((sum, value) => sum + value / values.length, 0);
  const ends = values.length > 1 ? [Math.min(...values), Math.max(...values)]
    : n >= 4 ? [numeric(entries[0].low), numeric(entries[0].high)] : [];
  return {y, n, ...(ends.length === 2 && ends.every(Number.isFinite) ? {low: ends[0], high: ends[1]}
    : {})};
}

// Things by policy and another key, both ascending; null comes first.
function sortedBy(map) {
  const order = (a, b) => a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1;
  return [...map.values()].sort((a, b) => order(a.label, b.label) || order(a.key, b.key));
}

// Lists of what `itemsOf(cell)` gives, as [key, item], by policy and key.
function byPolicy(report, cells, itemsOf) {
  const lists = new Map();
  for (const cell of cells) {
    const label = report.name(cell.label);
    for (const [key, item] of itemsOf(cell)) {
      const place = JSON.stringify([label, key]);
      if (!lists.has(place)) {
        lists.set(place, {label, key, items: []});
      }
      lists.get(place).items.push(item);
    }
  }
  return sortedBy(lists);
}

function sizeNote(size, cells) {
  return size === null ? "Policies without a limit of the cache." : `Cache size ${size}` +
    (cells.some((cell) => cell.size === null) ? "; the full cache for reference." : ".");
}

// The different values of a field, ascending.
function placesIn(points, field = "x") {
  return [...new Set(points.map((point) => point[field]).filter((value) => value !== undefined))]
    .sort((a, b) => a - b);
}

// Adds a data set: those of the points that are shown for which `expr` holds.
function addData(spec, name, expr, ...transforms) {
  spec.data.push({name, source: "points", transform: [{type: "filter", expr}, ...transforms]});
}

const POINTED = "policy === null || datum.label === policy";
const unlessPointed = (shown, faded) => ({signal: `${POINTED} ? ${shown} : ${faded}`});

// The parts that all charts have: sizes and weights, data, signals, and the scales "color", "fill",
// "shape" and "dash" of policies. Colours of axes and texts are the style sheet's, or a figure's.
function startSpec(report, points, chart) {
  const present = new Set(points.map((point) => point.label));
  const looks = [...report.looks.values()].filter((look) => present.has(look.name));
  const domain = looks.map((look) => look.name);
  const ordinal = (name, range) => ({name, type: "ordinal", domain, range});
  chart.names = domain;
  chart.spec = {
    $schema: "https://vega.github.io/schema/vega/v5.json",
    width: 720, height: 360, padding: 5, background: "transparent",
    autosize: {type: "fit", contains: "padding"},
    config: {
      font: "system-ui, sans-serif",
      axis: {labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8,
        domain: false, labelOverlap: true, labelFlush: false, labelLimit: 220, titleLimit: 640},
      legend: {labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: 240},
    },
    // Many bands upon each other would hide what is below them.
    signals: [{name: "hidden", value: []}, {name: "policy", value: null},
      {name: "bandOpacity", value: Math.min(0.14, Math.max(0.03, 0.8 / (looks.length + 1)))}],
    data: [{name: "all", values: points}, {name: "points", source: "all",
      transform: [{type: "filter", expr: "indexof(hidden, datum.label) < 0"}]}],
    scales: [ordinal("color", looks.map((look) => look.color)),
      ordinal("fill", looks.map((look) => look.filled ? look.color : "transparent")),
      ordinal("shape", looks.map((look) => look.shape)),
      ordinal("dash", looks.map((look) => look.dash))],
    axes: [],
    marks: [],
  };
  return chart.spec;
}
