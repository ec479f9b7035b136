// While `--watch` follows a sweep that is not complete, the page loads itself again; what the
// reader has chosen is in its address, where the focus is goes along.

function followSweep(seconds) {
  if (!(seconds > 0)) {
    return;
  }
  setTimeout(function again() {
    if (document.hidden) {
      setTimeout(again, 1000 * seconds);
      return;
    }
    const focus = document.activeElement;
    choices.set("focus", focus?.id || "");
    location.reload();
  }, 1000 * seconds);
}

function restoreFocus() {
  const id = choices.get("focus");
  choices.set("focus", "");
  const node = id && document.getElementById(id);
  if (node) {
    node.focus({preventScroll: true});
    if (node.type === "search") {
      node.setSelectionRange(node.value.length, node.value.length);
    }
  }
}
