// How a policy looks beside its name, as in charts (palette.js).

// Markers of Vega as the path of a swatch.
const OUTLINES = {
  "circle": "M14 2a4 4 0 1 0 .01 0z",
  "square": "M10.5 2.5h7v7h-7z",
  "triangle-up": "M14 1.5l4.5 8h-9z",
  "triangle-down": "M14 10.5l4.5-8h-9z",
  "diamond": "M14 1l4 5-4 5-4-5z",
};
const CROSS = "M10.5 2.5l7 7m0-7l-7 7";

// The line and the marker of a policy, small.
function swatch(look) {
  return svgElement("svg", {class: "swatch", viewBox: "0 0 28 12", width: 28, height: 12,
      "aria-hidden": "true"},
    svgElement("path", {d: "M0 6h28", stroke: look.color, "stroke-width": 2, fill: "none",
      "stroke-dasharray": look.dash.join(" ")}),
    svgElement("path", {d: OUTLINES[look.shape] ?? CROSS, stroke: look.color,
      fill: look.filled ? look.color : "var(--ground)"}));
}

function named(report, label) {
  return element("span", {class: "policy"}, swatch(report.looks.get(label)), " ",
    report.name(label));
}
