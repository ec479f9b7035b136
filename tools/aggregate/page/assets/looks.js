// How a policy looks: colour, marker and dash come with the page, from the palette that the figures
// use, too.

// The figures' markers in their order, as Vega draws them and as the path of a swatch; two are
// open.
const MARKERS = [
  {shape: "circle", outline: "M14 2a4 4 0 1 0 .01 0z"},
  {shape: "square", outline: "M10.5 2.5h7v7h-7z"},
  {shape: "triangle-up", outline: "M14 1.5l4.5 8h-9z"},
  {shape: "triangle-down", outline: "M14 10.5l4.5-8h-9z"},
  {shape: "diamond", outline: "M14 1l4 5-4 5-4-5z"},
  {shape: "circle", outline: "M14 2a4 4 0 1 0 .01 0z", open: true},
  {shape: "square", outline: "M10.5 2.5h7v7h-7z", open: true},
  {shape: "M-1,-1L1,1M-1,1L1,-1", outline: "M10.5 2.5l7 7m0-7l-7 7", open: true},
];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4]];

// {color, fill, shape, dash}: `fill` of the marker, in a line of `color`.
function lookOf(report, label) {
  const {color, marker, dash} = report.looks[label];
  return {color, fill: MARKERS[marker].open ? "transparent" : color, shape: MARKERS[marker].shape,
    dash: DASHES[dash]};
}

// The line and the marker of a policy, small.
function swatch(report, label) {
  const look = lookOf(report, label);
  return svgElement("svg", {class: "swatch", viewBox: "0 0 28 12", width: 28, height: 12,
      "aria-hidden": "true"},
    svgElement("path", {d: "M0 6h28", stroke: look.color, "stroke-width": 2, fill: "none",
      "stroke-dasharray": look.dash.join(" ")}),
    svgElement("path", {d: MARKERS[report.looks[label].marker].outline, fill: look.fill,
      stroke: look.color}));
}

function named(report, label) {
  return element("span", {class: "policy"}, swatch(report, label), " ", label);
}
