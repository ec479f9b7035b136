// A series by position, one chart for each series and cache size, with the full cache in each; a
// series whose positions are categories has a dot for each policy and category.

function seriesPoints(report, group, series, size) {
  return byPolicy(report, group.cells, (cell) => cell.size === null || cell.size === size
    ? (cell.series[series.name] ?? []).map((point) => [point.first_place, point]) : [])
    .flatMap(({label, key, items}) => {
      const value = valueOf(items);
      if (!value) {
        return [];
      }
      const {n, ...point} = {label, ...value, first: key, last: items[0].end_place - 1};
      return [series.labelled ? {...point, place: plain(items[0].label)} : point];
    });
}

// Intervals of positions that widen are on a logarithmic axis; each point is in the middle of its own.
function drawPlaces(report, series, points, chart) {
  const widths = points.map((point) => point.last - point.first + 1);
  const logarithmic = points.every((point) => point.first > 0) &&
    Math.max(...widths) >= 2 * Math.min(...widths);
  for (const point of points) {
    point.x = logarithmic ? Math.sqrt(point.first * point.last) : (point.first + point.last) / 2;
  }
  drawLines(report, points, {title: plain(series.axis), format: "~r", tickCount: 8}, logarithmic,
    withUnit(series.name, series.unit), chart);
  chart.columns = [["policy", "label"], ["first position", "first"], ["last position", "last"],
    [series.name, "y"], ["low", "low"], ["high", "high"]];
}

const dodged = {scale: "places", field: "place",
  offset: {scale: "dodge", field: "label", band: 0.5}};
const DOTS = [
  {type: "rule", name: "errors", from: {data: "points"}, interactive: false,
    encode: {
      enter: {stroke: {scale: "color", field: "label"},
        strokeWidth: {signal: "isValid(datum.low) ? 1 : 0"}},
      update: {x: {scale: "x", field: "low"}, x2: {scale: "x", field: "high"}, y: dodged,
        opacity: unlessPointed(0.6, 0.1)}}},
  {type: "symbol", name: "symbols", from: {data: "points"},
    encode: {
      enter: {stroke: {scale: "color", field: "label"}, size: {value: 45},
        fill: {scale: "fill", field: "label"}, shape: {scale: "shape", field: "label"},
        tooltip: {signal: "datum"}},
      update: {x: {scale: "x", field: "y"}, y: dodged, opacity: unlessPointed(1, 0.15)}}},
];

// The label with the highest mean on top.
function placesByMean(points) {
  const mean = (place) => {
    const values = points.filter((point) => point.place === place).map((point) => point.y);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return [...new Set(points.map((point) => point.place))].sort()
    .map((place) => [mean(place), place]).sort(([a], [b]) => b - a).map(([, place]) => place);
}

function drawDots(report, series, points, chart) {
  const spec = startSpec(report, points, chart);
  const order = placesByMean(points);
  spec.height = 60 + order.length * Math.max(18, 7 * chart.names.length);
  spec.scales.push({...yScale(points), name: "x", range: "width"},
    {name: "places", type: "band", range: "height", domain: order, paddingInner: 0.15},
    {name: "dodge", type: "band", domain: chart.names,
      range: [0, {signal: "bandwidth('places')"}]});
  spec.axes = [{orient: "bottom", scale: "x", grid: true, tickCount: 6,
    title: withUnit(series.name, series.unit)},
  {orient: "left", scale: "places", labelOverlap: false, labelLimit: 120,
    title: plain(series.axis)}];
  spec.marks = DOTS;
  chart.columns = [["policy", "label"], [plain(series.axis), "place"], [series.name, "y"],
    ["low", "low"], ["high", "high"]];
}

// Policies without a size are in every chart.
function sizesOf(cells) {
  const sizes = [...new Set(cells.map((cell) => cell.size))].sort((a, b) => a - b);
  return sizes.length > 1 ? sizes.filter((size) => size !== null) : sizes;
}

function byPlace(report, group) {
  return report.json.series.flatMap((series) =>
    sizesOf(group.cells.filter((cell) => cell.series[series.name])).flatMap((size) => {
      const points = seriesPoints(report, group, series, size);
      if (points.length === 0) {
        return [];
      }
      const chart = chartOf(series.labelled ? "label" : "place", [series.name,
        `state-${sizeText(size)}`], series.labelled ? "Series by category" : "Series by position", group);
      chart.note = sizeNote(size, group.cells);
      chart.choices[series.labelled ? "series by category" : "series"] = series.name;
      chart.choices["cache size"] = sizeText(size);
      (series.labelled ? drawDots : drawPlaces)(report, series, points, chart);
      return [chart];
    }));
}
