// A series whose places have labels (lifetime by kind of token), at one state size: a dot a policy
// and label, the label with the highest mean on top.

function labelOrder(points) {
  const values = new Map();
  for (const point of points) {
    values.set(point.place, [...(values.get(point.place) ?? []), point.value]);
  }
  const mean = (label) => values.get(label).reduce((a, b) => a + b, 0) / values.get(label).length;
  return [...values.keys()].sort((a, b) => mean(b) - mean(a));
}

function byLabelSpec(report, series, points) {
  const order = labelOrder(points);
  const policies = [...new Set(points.map((point) => point.label))].sort();
  const data = points.map((point) => ({
    ...point,
    ...lookOf(report, point.label),
    band: Number.isFinite(point.low) && Number.isFinite(point.high),
    tip: {policy: point.label, [report.series.get(series).axis]: point.place,
      [series]: short(point.value), "95 %": interval(short(point.low), short(point.high))},
  }));
  const y = {scale: "y", field: "place",
    offset: {scale: "dodge", field: "label", band: 0.5}};
  const line = Math.max(18, 6 * policies.length);
  return {
    height: 40 + line * order.length,
    data: [{name: "points", values: data}],
    scales: [
      {name: "x", type: "linear", range: "width", nice: true, zero: false, domain: extent(data)},
      {name: "y", type: "band", range: "height", domain: order, paddingInner: 0.15},
      {name: "dodge", type: "band", range: [0, {signal: "bandwidth('y')"}], domain: policies},
    ],
    axes: [
      {orient: "bottom", scale: "x", grid: true, title: report.seriesAxis(series), tickCount: 6},
      {orient: "left", scale: "y", title: report.series.get(series).axis, labelOverlap: false},
    ],
    marks: [
      {type: "rule", name: "errors", from: {data: "points"}, interactive: false, encode: {
        enter: {y, stroke: {field: "color"}, strokeWidth: {signal: "datum.band ? 1 : 0"}},
        update: {x: {scale: "x", field: "low"}, x2: {scale: "x", field: "high"},
          opacity: faded(0.6)}}},
      {type: "symbol", name: "symbols", from: {data: "points"}, encode: {
        enter: {y, fill: {field: "fill"}, stroke: {field: "color"}, shape: {field: "shape"},
          size: {value: 45}, tooltip: {field: "tip"}},
        update: {x: {scale: "x", field: "value"}, opacity: faded()}}},
    ],
  };
}

function labelTable(report, series, points) {
  return {
    header: ["policy", report.series.get(series).axis, series, "low", "high"],
    rows: points.map((point) => [point.label, point.place, short(point.value), short(point.low),
      short(point.high)]),
  };
}

function byLabelChart(report) {
  const chart = new Chart("label", "Series by label");
  chart.update = (group, hidden) => {
    const names = report.seriesNames(group.cells, true);
    chart.node.hidden = names.length === 0;
    if (names.length === 0) {
      chart.empty("No cell has a series with labels.");
      return;
    }
    const series = choices.oneOf("label-series", names);
    const sizes = boundedSizes(group.cells.filter((cell) => cell.series[series]?.length > 0))
      .map(String);
    const size = choices.oneOf("label-size", sizes);
    chart.controls.replaceChildren(...mapChoosers([
      {label: "series", key: "label-series", values: names, chosen: series},
      {label: "state size", key: "label-size", values: sizes, chosen: size},
    ], () => chart.update(group, hidden)));
    const rows = size === undefined ? null : Number(size);
    const points = placesOf(report, group, series, rows, hidden);
    if (points.length === 0) {
      chart.empty("All policies are switched off.");
      return;
    }
    chart.draw(byLabelSpec(report, series, points), labelTable(report, series, points),
      `State size ${sizeText(rows)}, and what is unbounded.`);
  };
  return chart;
}
