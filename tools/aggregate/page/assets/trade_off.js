// Quality against what it is paid with, speed or memory, and the front: the cells that none beats
// in both.

const COSTS = {
  tokens_per_s: {id: "speed", title: "Quality against speed", axis: "tokens per second", unit: 1,
    logarithmic: false, text: short},
  state_bytes: {id: "memory", title: "Quality against memory", axis: "state (MiB)",
    unit: 1024 * 1024, logarithmic: true, text: bytes},
};

function tradePoint(report, metric, measure, label, size, cells) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const value = mean(cells.map((cell) => numeric(cell.metrics[metric]?.value)));
  const paid = mean(cells.map((cell) => numeric(cell.measures[measure])));
  const cost = COSTS[measure];
  return {label, size, value, cost: paid / cost.unit, ...lookOf(report, label),
    tip: {policy: label, "state size": sizeText(size), [metric]: short(value),
      [measure]: cost.text(paid), seeds: cells.length}};
}

function isDrawable(point, logarithmic) {
  return Number.isFinite(point.value) && Number.isFinite(point.cost) &&
    (!logarithmic || point.cost > 0);
}

function tradePoints(report, group, metric, measure, hidden) {
  const {logarithmic} = COSTS[measure];
  const points = bySeedlessPlace(group.cells)
    .filter((place) => !hidden.has(place.label))
    .map((place) => tradePoint(report, metric, measure, place.label, place.size, place.cells))
    .filter((point) => isDrawable(point, logarithmic));
  const front = group.fronts[measure]
    .map((cell) => tradePoint(report, metric, measure, cell.label, cell.size, [cell]))
    .filter((point) => isDrawable(point, logarithmic))
    .sort((a, b) => a.cost - b.cost);
  return {points, front};
}

function tradeSpec(report, metric, measure, {points, front}) {
  const cost = COSTS[measure];
  const all = [...points, ...front];
  const costs = all.map((point) => point.cost);
  const x = {scale: "x", field: "cost"};
  const y = {scale: "y", field: "value"};
  return {
    data: [{name: "points", values: points}, {name: "best", values: front}],
    scales: [
      cost.logarithmic ? sizeScale(costs)
        : {name: "x", type: "linear", domain: [Math.min(...costs), Math.max(...costs)],
          range: "width", nice: true, zero: false, padding: 10},
      {name: "y", type: "linear", range: "height", nice: true, zero: false, domain: extent(all)},
    ],
    axes: [
      {orient: "bottom", scale: "x", title: cost.axis, tickCount: 6, format: ".3~g"},
      {orient: "left", scale: "y", grid: true, title: report.axis(metric), tickCount: 6},
    ],
    marks: [
      {type: "line", name: "front", from: {data: "best"}, interactive: false, encode: {
        enter: {y, strokeWidth: {value: 6}, strokeJoin: {value: "round"}}, update: {x}}},
      {type: "group", from: {facet: {name: "line", data: "points", groupby: "label"}}, marks: [
        {type: "line", name: "lines", from: {data: "line"}, interactive: false, encode: {
          enter: {y, stroke: {field: "color"}, strokeDash: {field: "dash"},
            strokeWidth: {value: 1}},
          update: {x, opacity: faded(0.7)}}},
        {type: "symbol", name: "symbols", from: {data: "line"}, encode: {
          enter: {y, fill: {field: "fill"}, stroke: {field: "color"}, shape: {field: "shape"},
            size: {value: 60}, tooltip: {field: "tip"}},
          update: {x, opacity: faded()}}},
      ]},
      {type: "symbol", name: "rings", from: {data: "best"}, encode: {
        enter: {y, fill: {value: "transparent"}, size: {value: 170}, strokeWidth: {value: 1.4},
          tooltip: {field: "tip"}},
        update: {x}}},
    ],
  };
}

function tradeTable(metric, measure, {points, front}) {
  const best = new Set(front.map((point) => point.label + " " + point.size));
  return {
    header: ["policy", "state size", metric, COSTS[measure].axis, "on the front"],
    rows: points.map((point) => [point.label, sizeText(point.size), short(point.value),
      short(point.cost), best.has(point.label + " " + point.size) ? "yes" : "no"]),
  };
}

function tradeOffChart(report, measure) {
  const chart = new Chart(COSTS[measure].id, COSTS[measure].title);
  chart.update = (group, hidden) => {
    const metric = report.headline()[0];
    const data = tradePoints(report, group, metric, measure, hidden);
    const noise = measure === "tokens_per_s" &&
      group.cells.map((cell) => cell.speed_noise).find((reason) => reason);
    chart.node.hidden = !noise && !group.cells.some((cell) => measure in cell.measures);
    if (noise) {
      chart.empty(`Speed was not measured: ${noise}. Run with --jobs 1 on a quiet machine.`);
      return;
    }
    if (data.points.length === 0) {
      chart.empty("No cell has both numbers.");
      return;
    }
    chart.draw(tradeSpec(report, metric, measure, data), tradeTable(metric, measure, data),
      data.front.length === 0 ? ""
        : "The wide line joins the cells (ringed) that none beats in both.");
  };
  return chart;
}
