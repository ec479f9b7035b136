// How a policy looks: colour, marker and dash come with the page, from the palette that the figures
// use, too.

const MARKERS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross",
  "triangle-right", "stroke"];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4]];

function lookOf(report, label) {
  const {color, marker, dash} = report.looks[label];
  return {color, shape: MARKERS[marker % MARKERS.length], dash: DASHES[dash % DASHES.length]};
}

const OUTLINES = {
  circle: "M14 2a4 4 0 1 0 .01 0z",
  square: "M10.5 2.5h7v7h-7z",
  "triangle-up": "M14 1.5l4.5 8h-9z",
  "triangle-down": "M14 10.5l4.5-8h-9z",
  "triangle-right": "M18.5 6l-8 4.5v-9z",
  diamond: "M14 1l4 5-4 5-4-5z",
  cross: "M12.5 2h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z",
  stroke: "M9 4.5h10v3h-10z",
};

// The line and the marker of a policy, small.
function swatch(report, label) {
  const look = lookOf(report, label);
  return svgElement("svg", {class: "swatch", viewBox: "0 0 28 12", width: 28, height: 12,
      "aria-hidden": "true"},
    svgElement("path", {d: "M0 6h28", stroke: look.color, "stroke-width": 2, fill: "none",
      "stroke-dasharray": look.dash.join(" ")}),
    svgElement("path", {d: OUTLINES[look.shape], fill: look.color}));
}

function named(report, label) {
  return element("span", {class: "policy"}, swatch(report, label), " ", label);
}
