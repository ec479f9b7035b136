// usage: charts_test.js REPORT_PROBE
"use strict";

const assert = require("node:assert/strict");
const {test} = require("node:test");
const {Report, figureSpec, made, makeCharts, pictureOf} = require("./scripts.js");

// The charts of a report by name.
function chartsOf(report) {
  return Object.fromEntries(makeCharts(new Report(report)).map((chart) => [chart.name, chart]));
}

const pointsOf = (chart) => chart.spec.data[0].values;
const pointAt = (chart, label, x) =>
  pointsOf(chart).find((point) => point.label === label && point.x === x);
const axis = (chart, orient) => chart.spec.axes.find((one) => one.orient === orient);
const scale = (chart, name) => chart.spec.scales.find((one) => one.name === name);

test("a sweep gives each metric its charts, the paired difference first", () => {
  const charts = chartsOf(made());
  assert.deepEqual(Object.keys(charts), ["nll-difference-by-state-size", "nll-by-state-size",
    "perplexity-difference-by-state-size", "perplexity-by-state-size", "nll-by-memory",
    "nll-by-speed", "perplexity-by-memory", "perplexity-by-speed", "nll_by_place-state-64",
    "nll_by_place-state-128"]);
  assert.equal(charts["nll-by-speed"].kind, "speed");
  assert.deepEqual(charts["nll_by_place-state-64"].choices,
    {"series": "nll_by_place", "cache size": "64"});
});

test("points are the report's values and intervals, policies by their names", () => {
  const report = made();
  // full, tova 64, tova 128, window 64, window 128
  for (let i = 0; i < 5; ++i) {
    report.cells[i].metrics.nll = {value: 2 + i / 4, stderr: 0.5, n: 4, low: 1.5, high: 4.25};
  }
  const chart = chartsOf(report)["nll-by-state-size"];
  assert.deepEqual(pointAt(chart, "TOVA", 128),
    {label: "TOVA", x: 128, y: 2.5, low: 1.5, high: 4.25, n: 4, seeds: 1});
  // The full cache has no state size: it lies across.
  assert.equal(pointAt(chart, "full cache", undefined).y, 2);
  assert.equal(pointAt(chart, "window", 64).y, 2.75);
});

test("differences are the paired ones of the report", () => {
  const report = made();
  for (const one of report.groups[0].comparisons) {
    if (one.metric === "nll" && one.state_size === 64) {
      Object.assign(one, {difference: one.a === report.cells[1].id ? 0.25 : 0.5, low: 0.125,
        high: 0.625});
    }
  }
  const chart = chartsOf(report)["nll-difference-by-state-size"];
  const {y, low, high} = pointAt(chart, "TOVA", 64);
  assert.deepEqual([y, low, high], [0.25, 0.125, 0.625]);
  assert.equal(pointAt(chart, "window", 64).y, 0.5);
  assert.equal(axis(chart, "left").title, "nll (nats/token), difference to the full cache");
});

test("fewer than four samples have no band, and the chart says why", () => {
  const charts = chartsOf(made({samples: 2}));
  for (const name of ["nll-by-state-size", "nll-difference-by-state-size"]) {
    assert.equal(pointAt(charts[name], "TOVA", 64).low, undefined);
    assert.match(charts[name].note, /fewer than 4 independent samples/);
  }
});

test("several seeds are their mean, from the least to the greatest", () => {
  const report = made({policies: ["tova"], sizes: [64], seeds: 3});
  [3, 3.5, 4.75].forEach((value, seed) => { report.cells[1 + seed].metrics.nll.value = value; });
  const point = pointAt(chartsOf(report)["nll-by-state-size"], "TOVA", 64);
  assert.ok(Math.abs(point.y - 3.75) < 1e-12);
  assert.deepEqual([point.low, point.high, point.seeds], [3, 4.75, 3]);
});

test("a value that is not finite has no point", () => {
  const report = made();
  report.cells[1].metrics.nll.value = "inf";
  const chart = chartsOf(report)["nll-by-state-size"];
  assert.equal(pointAt(chart, "TOVA", 64), undefined);
  assert.notEqual(pointAt(chart, "TOVA", 128), undefined);
});

test("every axis of every chart has a title, with the unit where there is one", () => {
  const charts = chartsOf(made({layers: 2}));
  for (const chart of Object.values(charts)) {
    const axes = chart.spec.axes.length > 0 ? chart.spec.axes : chart.spec.marks[0].axes;
    assert.ok(axes.length >= 2, chart.name);
    assert.ok(axes.every((one) => one.title !== ""), chart.name);
  }
  assert.equal(axis(charts["nll-by-memory"], "bottom").title, "KV cache (MiB)");
  assert.equal(axis(charts["nll-by-speed"], "bottom").title, "speed (tokens/s)");
  assert.equal(axis(charts["nll_by_place-state-64"], "left").title, "nll_by_place (nats/token)");
});

test("the top axis is the compression ratio, the share that is removed", () => {
  const top = axis(chartsOf(made())["nll-by-state-size"], "top");
  assert.deepEqual(top.values, [64, 128]);
  // The made full cache has 1,024 rows: 64 of them are 6.25 %.
  assert.equal(top.encode.labels.update.text.signal,
    "format(1 - datum.value / 1024, '.3~p')");
});

test("sizes that double are equally far apart; one size has an axis, too", () => {
  const {type, base} = scale(chartsOf(made())["nll-by-state-size"], "x");
  assert.deepEqual([type, base], ["log", 2]);
  const single = scale(chartsOf(made({sizes: [64]}))["nll-by-state-size"], "x");
  assert.equal(single.type, "linear");
  assert.deepEqual(single.domain, [32, 96]);
});

test("differences show the full cache at 0; at a single size intervals are bars", () => {
  const report = made({sizes: [64]});
  for (const one of report.groups[0].comparisons) {
    Object.assign(one, {difference: one.difference + 5, low: 4.9, high: 5.6});
  }
  const chart = chartsOf(report)["nll-difference-by-state-size"];
  assert.equal(scale(chart, "y").type, "linear");
  assert.equal(scale(chart, "y").zero, true);
  assert.ok(chart.spec.marks.some((mark) => mark.name === "bars"));
  assert.ok(!chartsOf(made())["nll-by-state-size"].spec.marks.some((mark) => mark.name === "bars"));
});

test("an axis that spans less than a factor of 2 is linear, for a logarithmic one may have no tick", () => {
  const report = made();
  for (const {measures} of report.cells) {
    measures.state_bytes = 3e6 + (measures.state_bytes ?? 0) / 100;
  }
  assert.equal(scale(chartsOf(report)["nll-by-memory"], "x").type, "linear");
  assert.equal(scale(chartsOf(made())["nll-by-memory"], "x").type, "log");
});

test("a chart of one size names the full cache only where it was run", () => {
  const report = made({layers: 2});
  assert.match(chartsOf(report)["kept-state-64-map"].note, /the full cache for reference/);
  report.groups[0].cells.shift();
  report.cells.shift();
  assert.equal(chartsOf(report)["kept-state-64-map"].note, "Cache size 64.");
});

test("values over a factor of 20 are on a logarithmic axis", () => {
  const report = made();
  assert.equal(scale(chartsOf(report)["nll-by-state-size"], "y").type, "linear");
  Object.assign(report.cells[1].metrics.nll, {value: 2000, high: 2001});
  assert.equal(scale(chartsOf(report)["nll-by-state-size"], "y").type, "log");
});

test("noisy speeds are not drawn, and the chart says why", () => {
  const report = made();
  report.cells[2].speed_noise = "8 cells ran at a time";
  const charts = chartsOf(report);
  assert.equal(charts["nll-by-speed"].spec, null);
  assert.match(charts["nll-by-speed"].note, /8 cells ran at a time/);
  assert.notEqual(charts["nll-by-memory"].spec, null);
});

test("the front is the report's", () => {
  const report = made();
  report.groups[0].pareto.quality_memory = [report.cells[3].id];  // window 64
  const chart = chartsOf(report)["nll-by-memory"];
  // 64 rows of 46,080 bytes are 2.8125 MiB.
  assert.equal(pointAt(chart, "window", 2.8125).front, "yes");
  assert.equal(pointAt(chart, "TOVA", 2.8125).front, "no");
});

test("a sweep without the full cache has charts of values only", () => {
  const report = made();
  Object.assign(report.groups[0], {baseline: null, comparisons: []});
  report.groups[0].cells.shift();
  report.cells[0].state = "missing";
  const charts = chartsOf(report);
  assert.equal(Object.keys(charts)[0], "nll-by-state-size");
  assert.equal(axis(charts["nll-by-state-size"], "top"), undefined);
});

test("groups have charts of their own, named by what differs", () => {
  const charts = chartsOf(made({lengths: [512, 1024], depths: [0.5]}));
  for (const length of [512, 1024]) {
    assert.equal(charts[`nll-by-state-size-context_length-${length}`].choices.group,
      `context_length=${length}`);
  }
});

test("groups that differ in nothing are numbered", () => {
  const report = made();
  report.groups.push(report.groups[0]);
  assert.deepEqual(new Report(report).groups.map((group) => group.title), ["", " (group 2)"]);
});

test("cells over lengths and depths make a map, all policies beside each other", () => {
  const report = made({sizes: [64], lengths: [512, 1024], depths: [0, 1]});
  report.cells[1].metrics.nll.value = 7.25;  // tova, length 512, depth 0
  const chart = chartsOf(report)["nll-by-length-and-depth-state-64"];
  assert.equal(pointsOf(chart).length, 2 * 4);
  assert.deepEqual(pointsOf(chart)[0], {label: "TOVA", x: 512, y: 0, v: 7.25});
  assert.equal(scale(chart, "value").domain[1], 7.25);
});

test("maps show all policies of a size on one scale; a value that is not there is left out", () => {
  const report = made({sizes: [64], layers: 3});
  const {values} = report.cells[1].maps.kept;  // tova at 64
  [values[2][0], values[2][1]] = [null, 0.625];
  const chart = chartsOf(report)["kept-state-64-map"];
  assert.equal(pointsOf(chart).length, 3 * 3 * 8 - 1);
  assert.deepEqual(pointsOf(chart).find(({label, x, y}) => label === "TOVA" && x === 128 && y === 2),
    {label: "TOVA", x: 128, y: 2, v: 0.625});
  assert.equal(scale(chart, "x").domain.length, 8);
});

test("a large map is an image, and says where its values are", () => {
  const report = made({sizes: [64]});
  const ticks = Array.from({length: 60}, (_, place) => place);
  for (const cell of report.cells) {
    cell.maps = {m: {x: {name: "position", ticks}, y: {name: "step", ticks}, unit: "steps",
      values: ticks.map(() => ticks.map(() => 1.5))}};
  }
  const chart = chartsOf(report)["m-state-64-map"];
  assert.equal(pointsOf(chart).length, 3);
  assert.match(pointsOf(chart)[0].image, /^data:image\/png;base64,iVBORw0KGgo/);
  assert.match(chart.note, /60 x 60 values/);
  assert.equal(chart.spec.legends[0].title, "m (steps)");
});

test("an image is the PNG that another encoder makes of the same pixels", () => {
  // Of Python's zlib.compress(b"\0\1\0", 0) and zlib.crc32().
  const uri = pictureOf([[1, 0]], [[0, 0, 0], [255, 128, 0]]);
  assert.ok(uri.startsWith("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4" +
    "AAADAFBMVEUAAAD/gAAAAAAA"));
  assert.ok(uri.endsWith("AAAAAABgRy3MAAAAAXRSTlMAQObYZgAAAA5JREFUeAEBAwD8/wABAAAFAAL83xtTAAAAAElFTkSu" +
    "QmCC"));
});

test("a series by label is dots, the label with the highest mean on top", () => {
  const chart = chartsOf(made({sizes: [64], layers: 1}))["lifetime-state-64"];
  assert.equal(chart.kind, "label");
  // digit 0, it's 200, other 100, and 10 more under window.
  assert.deepEqual(scale(chart, "places").domain, ["it's", "other", "digit"]);
  assert.ok(pointsOf(chart).some((point) => point.label === "window" && point.place === "other" &&
    point.y === 110 && point.low === 102));
});

test("stretches of one width are on a linear axis, those that widen on a logarithmic one", () => {
  const report = made();
  const chart = chartsOf(report)["nll_by_place-state-64"];
  assert.equal(scale(chart, "x").type, "log");
  // 4 to 7: the middle of a stretch on a logarithmic axis is sqrt(28).
  assert.ok(Math.abs(pointsOf(chart)[2].x - 5.291502622129181) < 1e-12);
  for (const point of report.cells.flatMap((cell) => cell.series.nll_by_place ?? [])) {
    point.end_place = point.first_place + 100;
  }
  assert.equal(scale(chartsOf(report)["nll_by_place-state-64"], "x").type, "linear");
});

test("two metrics whose names differ in what a file name cannot hold have two files", () => {
  const report = made();
  report.metrics = ["a/b", "a b"].map((name) =>
    ({name, unit: "", higher_is_better: false, headline: true}));
  for (const {metrics} of report.cells) {
    Object.assign(metrics, metrics.nll ? {"a/b": metrics.nll, "a b": metrics.nll} : {});
  }
  const names = Object.keys(chartsOf(report));
  assert.equal(names.length, makeCharts(new Report(report)).length);
  assert.ok(names.every((name) => !name.includes("/")));
  assert.ok(names.includes("a-b-by-state-size") && names.includes("a-b-by-state-size-2"));
});

// All [key, text] in a specification.
function textsIn(value, key = "") {
  return typeof value === "string" ? [[key, value]]
    : value === null || typeof value !== "object" ? []
    : Object.entries(value).flatMap(([name, one]) =>
      textsIn(one, Array.isArray(value) ? key : name));
}

test("texts of results are data, titles and domains, and in no expression or field", () => {
  const evil = "x'] || alert(1) || datum['\n$100% [a] \\ <script>";
  const report = made();
  for (const cell of report.cells) {
    Object.assign(cell, cell.label === "tova" ? {label: evil, name: evil} : {});
    if (cell.metrics.nll) {
      cell.metrics[evil] = cell.metrics.nll;
      cell.series[evil] = cell.series.nll_by_place;
    }
  }
  report.metrics[0].name = evil;
  report.series[0].name = evil;
  const charts = Object.values(chartsOf(report));
  assert.ok(charts.some((chart) => JSON.stringify(chart.spec).includes("alert")));
  for (const [key, text] of charts.flatMap((chart) => textsIn(chart.spec))) {
    assert.ok(!["signal", "expr", "field", "fields", "groupby"].includes(key) ||
      !text.includes("alert"), `${key}: ${text}`);
  }
});

test("a figure names what was chosen and measured on, and its legend stands below it", () => {
  const chart = chartsOf(made())["nll-by-state-size"];
  const spec = figureSpec(chart, "A model | text.txt");
  assert.equal(spec.background, "white");
  assert.deepEqual(spec.title.subtitle, ["metric nll | A model | text.txt"]);
  assert.equal(spec.legends[0].orient, "bottom");
  assert.deepEqual(scale(chart, "color").domain, ["full cache", "TOVA", "window"]);
});
