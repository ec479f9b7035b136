// A line a policy with its band and symbols.

// Over these places, which ascend: logarithmic to base 2, or linear, also where places span less than
// a factor of 2, within which a logarithmic axis may have no tick.
function xScale(places, logarithmic) {
  const [low, high] = [places[0], places.at(-1)];
  const room = low === high ? Math.max(1, low / 2) : 0;
  const scale = {name: "x", range: "width", nice: false, zero: false, padding: 12,
    domain: [low - room, high + room]};
  return logarithmic && high >= 2 * low ? {...scale, type: "log", base: 2}
    : {...scale, type: "linear"};
}

// Over values and intervals of the points that are shown: logarithmic where all values are positive
// and span a factor of 20 or more.
function yScale(points) {
  const least = Math.min(...points.map((point) => Math.min(point.y, point.low ?? point.y)));
  const most = Math.max(...points.map((point) => point.y));
  return {name: "y", type: least > 0 && most >= 20 * least ? "log" : "linear", range: "height",
    nice: true, zero: false, domain: {data: "points", fields: ["low", "y", "high"]}};
}

// Others fade while a policy is pointed at.
function lineMarks(data) {
  const at = {x: {scale: "x", field: "x"}, y: {scale: "y", field: "y"}};
  return {
    type: "group", from: {facet: {name: "line", data, groupby: "label"}},
    marks: [
      {type: "area", name: "bands", from: {data: "line"}, interactive: false,
        encode: {
          enter: {y: {scale: "y", field: "low"}, y2: {scale: "y", field: "high"},
            fill: {scale: "color", field: "label"},
            defined: {signal: "isValid(datum.low) && isValid(datum.high)"}},
          update: {x: at.x, y: {scale: "y", field: "low"}, y2: {scale: "y", field: "high"},
            opacity: unlessPointed("bandOpacity", 0.02)}}},
      {type: "line", name: "lines", from: {data: "line"}, interactive: false,
        encode: {
          enter: {stroke: {scale: "color", field: "label"}, strokeWidth: {value: 2},
            strokeDash: {scale: "dash", field: "label"}},
          update: {...at, opacity: unlessPointed(1, 0.15)}}},
      {type: "symbol", name: "symbols", from: {data: "line"},
        encode: {
          enter: {stroke: {scale: "color", field: "label"}, size: {value: 60},
            fill: {scale: "fill", field: "label"}, strokeWidth: {value: 1.5},
            shape: {scale: "shape", field: "label"}, tooltip: {signal: "datum"}},
          update: {...at, opacity: unlessPointed(1, 0.15)}}},
    ],
  };
}

// startSpec() and lines through points with "y" and, but for those that lie across, "x". `axis` is
// that of x; `data` the set that the lines go through.
function drawLines(report, points, axis, logarithmic, yTitle, chart, data = "points") {
  const spec = startSpec(report, points, chart);
  spec.scales.push(xScale(placesIn(points), logarithmic), yScale(points));
  spec.axes = [{orient: "bottom", scale: "x", ...axis},
    {orient: "left", scale: "y", grid: true, tickCount: 6, title: yTitle}];
  spec.marks = [lineMarks(data)];
  return spec;
}
