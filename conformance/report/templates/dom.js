// Builds elements. Text is only ever set as text, so nothing that a server sent can become markup.
const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  for (const child of children.flat()) {
    if (child != null && child !== "") element.append(child);
  }
  return element;
}

const data = JSON.parse(byId("data").textContent);
const VERDICTS = {
  F: "FAIL", D: "DEVIATION", H: "HARNESS_ERROR", C: "CANNOT_JUDGE", O: "OBSERVED", P: "PASS", N: "NOT_APPLICABLE",
};
const CODES = Object.fromEntries(Object.entries(data.kinds).map(([code, [name]]) => [name, code]));
const WORST = "FWDHCPON.";
const stateWords = (code) => ({ ".": "not there", W: "waived" })[code] || words(code);
const words = (code) => VERDICTS[code].replace("_", " ");

for (const row of data.rows) {
  row.requirement = data.requirements[row.r];
  row.operation = data.operations[row.o];
  row.kind = row.k || row.v;
  row.key = `${row.requirement.id}|${row.operation.id}`;
}

// An id may break after its dots and dashes, not inside a word.
function breakable(id) {
  return id.split(/(?<=[.-])/).flatMap((part, index) => (index ? [make("wbr"), part] : [part]));
}

function badge(code) {
  return make("span", { class: `badge v-${VERDICTS[code]}` }, words(code));
}

let toastTimer = 0;
function say(text) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.classList.add("on");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("on"), 2500);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "offscreen", "aria-hidden": "true", tabindex: "-1" });
    area.value = text;
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    if (focused) focused.focus();
  }
  say("Copied to the clipboard");
}

// Draws a long list a page at a time: the next page comes when the button is near, or is pressed.
function pager(box, button, size, draw) {
  let rows = [];
  let drawn = 0;
  const next = () => {
    const page = rows.slice(drawn, drawn + size);
    drawn += page.length;
    box.append(...page.map(draw));
    button.hidden = drawn >= rows.length;
    button.textContent = `Show more (${rows.length - drawn} left)`;
  };
  button.addEventListener("click", next);
  new IntersectionObserver((seen) => {
    if (seen.some((entry) => entry.isIntersecting) && !button.hidden) next();
  }, { rootMargin: "600px" }).observe(button);
  return {
    show(all) {
      rows = all;
      drawn = 0;
      box.replaceChildren();
      next();
    },
    reach(index) {
      while (drawn <= index && drawn < rows.length) next();
    },
  };
}
