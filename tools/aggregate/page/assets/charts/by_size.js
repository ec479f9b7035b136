// A metric by cache size: a line for each policy with its interval as a band, the full cache across.
// Headline metrics also have the paired difference to the full cache, out of the report's comparisons.
// That view comes first, since the intervals of two values say little about their difference. The axis
// on top is the compression ratio.

function valuePoints(report, group, metric) {
  return byPolicy(report, group.cells, (cell) =>
    cell.metrics[metric] ? [[cell.size, cell.metrics[metric]]] : []).flatMap(
    ({label, key, items}) => {
      const value = valueOf(items);
      return value ? [{label, ...value, seeds: items.length, ...(key === null ? {} : {x: key})}]
        : [];
    });
}

function differencePoints(report, group, metric) {
  return group.json.comparisons.filter((one) => one.question === "full" && one.metric === metric)
    .flatMap((one) => {
      const cell = report.byId.get(one.a);
      const value = valueOf([{...one, value: one.difference}]);
      return value ? [{label: report.name(cell.label), ...value,
        ...(cell.size === null ? {} : {x: cell.size}),
        ...(isAbsent(one.p_adjusted) ? {} : {p: numeric(one.p_adjusted)})}] : [];
    });
}

// Policies without a size (the full cache), or the full cache at 0, across the chart.
const ACROSS = {
  type: "rule", name: "across", from: {data: "unbounded"},
  encode: {
    enter: {stroke: {scale: "color", field: "label"}, strokeWidth: {value: 2},
      strokeDash: {scale: "dash", field: "label"}, tooltip: {signal: "datum"}},
    update: {x: {value: 0}, x2: {signal: "width"}, y: {scale: "y", field: "y"},
      opacity: unlessPointed(1, 0.15)}},
};
const ZERO = {
  type: "rule", name: "zero",
  encode: {
    enter: {stroke: {value: "#808080"}, strokeWidth: {value: 2}, strokeDash: {value: [6, 3]}},
    update: {x: {value: 0}, x2: {signal: "width"}, y: {scale: "y", value: 0}}},
};

// Bands have no width at a single size: intervals are bars.
const BARS = {
  type: "rule", name: "bars", from: {data: "bounded"}, interactive: false,
  encode: {
    enter: {stroke: {scale: "color", field: "label"}, strokeWidth: {value: 2}},
    update: {x: {scale: "x", field: "x"}, y: {scale: "y", field: "low"},
      y2: {scale: "y", field: "high"},
      opacity: {signal: `isValid(datum.low) ? (${POINTED} ? 0.6 : 0.1) : 0`}}},
};

// The share of the full cache that is removed, above the sizes.
function ratioAxis(sizes, rows) {
  return {orient: "top", scale: "x", title: "compression ratio", values: sizes,
    encode: {labels: {update: {text: {signal: `format(1 - datum.value / ${rows}, '.3~p')`}}}}};
}

function bandText(points, what) {
  return points.some((point) => point.low !== undefined) ? "Intervals: " + what
    : "No intervals: fewer than 4 independent samples and a single seed.";
}

// Whether ZERO is drawn, and the note on how to read it.
function drawDifferences(spec, points) {
  const scale = spec.scales.at(-1);
  const isLogarithmic = scale.type === "log";
  if (!isLogarithmic) {
    scale.zero = true;
    spec.marks.unshift(ZERO);
  }
  return (isLogarithmic ? "The scale is logarithmic: the full cache, at 0, is below it. "
    : "The dashed line is the full cache. ") +
    bandText(points, "95 % of the paired difference.");
}

function drawValues(spec, points) {
  spec.marks.unshift(ACROSS);
  return bandText(points, "95 % of each value alone; of several seeds the range. They may overlap " +
    "where the paired difference is significant: compare policies by their differences.");
}

function sizeChart(report, group, metric, points, isDifference) {
  const sizes = placesIn(points);
  if (sizes.length === 0) {
    return [];
  }
  const chart = chartOf("size", [metric, isDifference ? "difference-by-state-size"
    : "by-state-size"], isDifference ? "Difference to the full cache by cache size"
    : "Quality by cache size", group);
  chart.choices.metric = metric;
  chart.choices.view = isDifference ? "difference to the full cache" : "value";
  chart.columns = [["policy", "label"], ["cache size", "x"], [metric, "y"], ["low", "low"],
    ["high", "high"], ["n", "n"], isDifference ? ["p (adjusted)", "p"] : ["seeds", "seeds"]];
  const spec = drawLines(report, points, {title: "cache size (tokens per layer)", format: "d",
    values: sizes}, sizes[0] > 0,
    report.axis(metric) + (isDifference ? ", difference to the full cache" : ""), chart, "bounded");
  addData(spec, "unbounded", "!isValid(datum.x)");
  addData(spec, "bounded", "isValid(datum.x)");
  const rows = numeric(group.baseline?.measures.rows_peak);
  const hasRatio = rows >= sizes.at(-1);
  if (hasRatio) {
    spec.axes.push(ratioAxis(sizes, rows));
  }
  if (sizes.length === 1) {
    spec.marks.unshift(BARS);
  }
  const better = report.metrics.get(metric).higher_is_better;
  chart.note = (isAbsent(better) ? "" : better ? "Higher is better. " : "Lower is better. ") +
    (isDifference ? drawDifferences(spec, points) : drawValues(spec, points)) +
    (hasRatio ? " Compression ratio: the share of the full cache that is removed." : "");
  return [chart];
}

function bySize(report, group) {
  return report.metricNames().flatMap((metric) => [
    ...sizeChart(report, group, metric, differencePoints(report, group, metric), true),
    ...sizeChart(report, group, metric, valuePoints(report, group, metric), false)]);
}
