// A metric against the state size: a line a policy with its interval as a band, the full model
// across.

function bySizeSpec(report, group, metric, points, logarithmic) {
  const data = points.filter((point) => point.size !== null).map((point) => ({
    ...point,
    ...lookOf(report, point.label),
    band: Number.isFinite(point.low) && Number.isFinite(point.high),
    tip: {policy: point.label, "state size": point.size, [metric]: short(point.value),
      "95 %": interval(short(point.low), short(point.high)), seeds: point.seeds},
  }));
  const toplines = points.filter((point) => point.size === null).map((point) => ({
    ...point,
    ...lookOf(report, point.label),
    tip: {policy: point.label, [metric]: short(point.value),
      "95 %": interval(short(point.low), short(point.high))},
  }));
  const sizes = [...new Set(data.map((point) => point.size))].sort((a, b) => a - b);
  const y = {scale: "y", field: "value"};
  return {
    data: [{name: "points", values: data}, {name: "topline", values: toplines}],
    scales: [
      sizeScale(sizes),
      {name: "y", type: logarithmic ? "log" : "linear", range: "height", nice: !logarithmic,
        zero: false, domain: extent([...data, ...toplines], logarithmic)},
    ],
    axes: [
      {orient: "bottom", scale: "x", values: sizes, title: "state size (rows)", format: "d"},
      {orient: "left", scale: "y", grid: true, title: report.axis(metric), tickCount: 6},
    ],
    marks: [
      {type: "rule", name: "toplines", from: {data: "topline"}, encode: {
        enter: {x: {value: 0}, x2: {signal: "width"}, y, strokeDash: {value: [6, 4]},
          stroke: {field: "color"}, strokeWidth: {value: 2}, tooltip: {field: "tip"}},
        update: {x2: {signal: "width"}, opacity: faded()}}},
      {type: "group", from: {facet: {name: "line", data: "points", groupby: "label"}}, marks: [
        {type: "area", name: "bands", from: {data: "line"}, interactive: false, encode: {
          enter: {y: {scale: "y", field: "low"}, y2: {scale: "y", field: "high"},
            fill: {field: "color"}, defined: {field: "band"}},
          update: {x: {scale: "x", field: "size"}, opacity: faded(0.14)}}},
        {type: "line", name: "lines", from: {data: "line"}, interactive: false, encode: {
          enter: {y, stroke: {field: "color"}, strokeDash: {field: "dash"},
            strokeWidth: {value: 2}},
          update: {x: {scale: "x", field: "size"}, opacity: faded()}}},
        {type: "symbol", name: "symbols", from: {data: "line"}, encode: {
          enter: {y, fill: {field: "fill"}, stroke: {field: "color"}, shape: {field: "shape"},
            size: {value: 60}, tooltip: {field: "tip"}},
          update: {x: {scale: "x", field: "size"}, opacity: faded()}}},
      ]},
    ],
  };
}

// Of values and their finite intervals, with some room; a logarithmic axis takes positive ones.
function extent(points, logarithmic = false) {
  const values = points.flatMap((point) => [point.value, point.low, point.high])
    .filter((value) => Number.isFinite(value) && (!logarithmic || value > 0));
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (logarithmic) {
    return [low / 1.02, high * 1.02];
  }
  const room = (high - low || Math.abs(high) || 1) * 0.04;
  return [low - room, high + room];
}

function pointTable(metric, points) {
  return {
    header: ["policy", "state size", metric, "low", "high", "seeds"],
    rows: points.map((point) => [point.label, sizeText(point.size), short(point.value),
      short(point.low), short(point.high), String(point.seeds)]),
  };
}

function bySizeChart(report) {
  const chart = new Chart("size", "Quality against state size");
  chart.update = (group, hidden) => {
    const names = [...report.metrics.keys()].sort((a, b) =>
      report.metrics.get(b).headline - report.metrics.get(a).headline);
    const metric = choices.oneOf("metric", names);
    const points = metric === undefined ? []
      : pointsOf(group, metric).filter((point) => !hidden.has(point.label));
    const positive = points.every((point) => point.value > 0);
    const logarithmic = positive && choices.get("log") === "1";
    chart.controls.replaceChildren(
      chooser("metric", "metric", names.map((name) => [name, report.axis(name)]), metric,
        (name) => {
          choices.set("metric", name, names[0]);
          chart.update(group, hidden);
        }),
      element("label", {class: "chooser"}, element("input", {type: "checkbox", id: "log",
        checked: logarithmic, disabled: !positive, onchange: (event) => {
          choices.set("log", event.target.checked ? "1" : "");
          chart.update(group, hidden);
        }}), " logarithmic"));
    if (!points.some((point) => point.size !== null)) {
      chart.empty("No cell with a state size has this metric yet.");
      return;
    }
    const direction = report.metrics.get(metric).higher_is_better;
    const better = isAbsent(direction) ? "" : direction ? "Higher is better. " : "Lower is better. ";
    const seeds = points.some((point) => point.seeds > 1)
      ? " Several seeds: their mean, from the least to the greatest." : "";
    chart.draw(bySizeSpec(report, group, metric, points, logarithmic), pointTable(metric, points),
      `${better}Bands: ${report.json.method}.${seeds}`);
  };
  return chart;
}
