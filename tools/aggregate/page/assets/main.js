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
function groupChooser(report, charts) {
  const titles = report.groups.map((group) => group.title);
  const show = (title) => {
    const group = report.groups[titles.indexOf(title)];
    section("summary", () => summaryOf(report, group));
    section("pictures-holder", () => {
      charts.open(group);
      return charts.nodes;
    });
  };
  const chosen = choices.oneOf("group", titles);
  show(chosen);
  return titles.length < 2 ? null : [groupsTable(report),
    chooser("compared", "group", titles.map((title) => [title, title]), chosen, (title) => {
      choices.set("group", title, titles[0]);
      show(title);
    })];
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
  const report = new Report(data.report, data.common);
  section("head", () => [countsSection(report), noticesSection(report)]);
  if (report.groups.length === 0) {
    section("groups", () => element("p", {class: "note"}, "No run is done yet."));
  } else {
    section("groups", () => groupChooser(report, new Charts(report)));
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
