// Elements are made here and nowhere else, and texts go in as text: nothing that results hold is
// ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  return node;
}

// element("td", {class: "number", onclick: f}, "text", node, [more], null)
function element(tag, attributes = {}, ...children) {
  const node = set(document.createElement(tag), attributes);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function svgElement(tag, attributes = {}, ...children) {
  const node = set(document.createElementNS(SVG, tag), attributes);
  node.append(...children);
  return node;
}

// A table of texts or nodes; `numeric` names the columns (by place) that stand to the right.
function plainTable(caption, header, rows, numeric = []) {
  const side = (place) => ({class: numeric.includes(place) ? "number" : null});
  return element("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": caption},
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, header.map((text, place) =>
        element("th", {scope: "col", ...side(place)}, text)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((value, place) =>
        element("td", {...side(place), "data-title": header[place]}, value)))))));
}

// A labelled <select>; options are [value, text] pairs, `chosen` the value of one.
function chooser(label, id, options, chosen, onChange) {
  const select = element("select", {id, onchange: (event) => onChange(event.target.value)},
    options.map(([value, text]) => element("option", {value, selected: value === chosen}, text)));
  return element("label", {class: "chooser"}, label + " ", select);
}

// Made when it is opened for the first time: most are never.
function fold(title, make, id) {
  const details = element("details", {id}, element("summary", {}, title));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) {
      details.append(make());
    }
  });
  return details;
}
