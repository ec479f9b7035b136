// Metrics by bytes of the KV cache and by tokens per second, with the Pareto front.

const COSTS = [
  {kind: "memory", front: "quality_memory", measure: "state_bytes", title: "Quality by memory",
    axis: "KV cache (MiB)", unit: 1048576, logarithmic: true},
  {kind: "speed", front: "quality_speed", measure: "tokens_per_s", title: "Quality by speed",
    axis: "speed (tokens/s)", unit: 1, logarithmic: false}];

const FRONT = {
  type: "line", name: "front", from: {data: "best"}, interactive: false,
  encode: {
    enter: {stroke: {value: "#808080"}, strokeOpacity: {value: 0.35}, strokeWidth: {value: 7},
      strokeJoin: {value: "round"}, strokeCap: {value: "round"}},
    update: {x: {scale: "x", field: "x"}, y: {scale: "y", field: "y"}}},
};

// Means over the cells of a policy and size, seeds joined.
function costPoints(report, group, metric, cost) {
  const front = new Set(group.json.pareto[cost.front]);
  return byPolicy(report, group.cells, (cell) =>
    cell.metrics[metric] && !isAbsent(cell.measures[cost.measure]) ? [[cell.size, cell]] : [])
    .flatMap(({label, key, items}) => {
      const value = valueOf(items.map((cell) => cell.metrics[metric]));
      const x = items.reduce((sum, cell) =>
        sum + numeric(cell.measures[cost.measure]) / cost.unit, 0) / items.length;
      return value && Number.isFinite(x) && (!cost.logarithmic || x > 0) ? [{label, y: value.y, x,
        size: sizeText(key), front: items.some(({id}) => front.has(id)) ? "yes" : "no"}] : [];
    });
}

function tradeOff(report, group, metric, cost) {
  const points = costPoints(report, group, metric, cost);
  const noise = cost.kind !== "speed" ? undefined
    : group.cells.map((cell) => cell.speed_noise).find((text) => text !== "");
  if (points.length < 2 && !noise) {
    return [];
  }
  const chart = chartOf(cost.kind, [metric, `by-${cost.kind}`], cost.title, group);
  chart.choices.metric = metric;
  chart.columns = [["policy", "label"], ["cache size", "size"], [metric, "y"], [cost.axis, "x"],
    ["on the Pareto front", "front"]];
  if (noise) {
    chart.note = `Speed was not measured: ${plain(noise)}. Run with --jobs 1 on a quiet machine.`;
    return [chart];
  }
  const spec = drawLines(report, points, {title: cost.axis, tickCount: 6, format: ".3~r"},
    cost.logarithmic, report.axis(metric), chart);
  addData(spec, "best", "datum.front === 'yes'", {type: "collect", sort: {field: "x"}});
  spec.marks.unshift(FRONT);
  chart.note = "Grey line: the Pareto front.";
  return [chart];
}

function tradeOffs(report, group) {
  return report.metricNames().flatMap((metric) =>
    COSTS.flatMap((cost) => tradeOff(report, group, metric, cost)));
}
