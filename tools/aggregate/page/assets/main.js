// Puts the sections into the page. A section that fails says so in its place and leaves the others.

function section(id, make) {
  const holder = document.getElementById(id);
  try {
    holder.replaceChildren(...[make()].flat().filter(Boolean));
  } catch (error) {
    console.error(error);
    holder.replaceChildren(element("p", {class: "error"}, `This section failed: ${error.message}`));
  }
}

// Charts and answers of one group at a time; what cannot be compared is in another.
function showGroup(report, charts, place) {
  const group = report.groups[place];
  section("summary", () => summaryOf(report, group));
  section("policies", () => legendOf(report, group, charts));
}

function groupChooser(report, charts) {
  const titles = report.groups.map((group, place) =>
    [String(place), group.title || `group ${place + 1}`]);
  const chosen = choices.oneOf("group", titles.map(([value]) => value));
  showGroup(report, charts, Number(chosen));
  return titles.length < 2 ? null : chooser("compared", "group", titles, chosen, (value) => {
    choices.set("group", value, "0");
    showGroup(report, charts, Number(value));
  });
}

// What is behind the # of the address are choices, so links within the page leave it alone.
function followLinks() {
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.getAttribute("href").slice(1));
      target.tabIndex = -1;
      target.focus({preventScroll: true});
      target.scrollIntoView();
      event.preventDefault();
    });
  }
}

// "/" goes to the filter, as in many tables; Escape takes the tooltip away.
function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      document.getElementById("filter").focus();
      event.preventDefault();
    } else if (event.key === "Escape") {
      tooltip.hide();
    }
  });
}

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const report = new Report(data);
  const charts = [bySizeChart(report), tradeOffChart(report, "state_bytes"),
    tradeOffChart(report, "tokens_per_s"), byPlaceChart(report), byLabelChart(report),
    depthMapChart(report), valueMapChart(report)];
  section("head", () => [countsSection(report), noticesSection(report)]);
  if (report.groups.length === 0) {
    section("groups", () => element("p", {class: "note"}, "No cell is done yet."));
  } else {
    section("charts", () => charts.map((chart) => chart.node));
    section("groups", () => groupChooser(report, charts));
  }
  section("table", () => new CellTable(report).node);
  section("provenance", () => provenanceSection(report));
  restoreFocus();
  followSweep(data.reload_seconds);
  followLinks();
  listenToKeys();
  document.body.dataset.ready = "";
}

start();
