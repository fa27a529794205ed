// Single-letter keys; they can be switched off in the help, as they may collide with assistive software.
const letters = byId("keys-on");

function walk(step) {
  const all = [...document.querySelectorAll("details[data-key] > summary")].filter((summary) => summary.checkVisibility());
  const here = all.indexOf(document.activeElement.closest?.("details[data-key]")?.querySelector("summary"));
  const next = here < 0 ? 0 : here + step;
  if (next >= all.length && !byId("list-more").hidden && byId("list-more").checkVisibility()) {
    byId("list-more").click();
    walk(step);
    return;
  }
  const summary = all[Math.max(0, Math.min(next, all.length - 1))];
  if (summary) {
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "nearest" });
  }
}

function copyHere() {
  const key = document.activeElement.closest?.("details[data-key]")?.dataset.key || state.at;
  const row = data.rows.find((candidate) => candidate.key === key);
  if (row && curlOf(row)) copy(curlOf(row));
  else say(row ? "This verdict has no curl line" : "Go to a cause or a verdict first: j");
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape" && event.target === byId("q") && state.q) {
    byId("q").value = "";
    byId("q").dispatchEvent(new Event("input"));
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !letters.checked || byId("help").open) return;
  const action = {
    "/": () => {
      byId("verdicts").open = true;
      byId("q").focus();
    },
    j: () => walk(1),
    k: () => walk(-1),
    c: copyHere,
    "?": () => byId("help").showModal(),
  }[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});
byId("help-open").addEventListener("click", () => byId("help").showModal());
