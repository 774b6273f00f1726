"use strict";

// Everything that a user, a tool or a model wrote goes into the page by textContent, and so is only ever text.
function make(name, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child !== null));
  return element;
}

const find = (id) => document.getElementById(id);

// The table of cases

const body = find("by-case").tBodies[0];
const rows = [...body.rows].map((row) => ({ row, words: row.cells[0].textContent.toLowerCase() }));
const form = find("filter");

function narrow() {
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { value: category } = form.elements.category;
  const { value: outcome } = form.elements.outcome;
  let shown = 0;
  for (const each of rows) {
    const { dataset } = each.row;
    const fits =
      words.every((word) => each.words.includes(word)) &&
      (!category || dataset.category === category) &&
      (!outcome || dataset.outcomes.split(" ").includes(outcome));
    each.row.hidden = !fits;
    shown += fits;
  }
  find("shown").textContent = shown < rows.length ? `${shown} of ${rows.length} cases are shown.` : "";
}

function keyOf(row, column) {
  const cell = row.cells[column];
  if (column === 1) return row.querySelectorAll(".failed, .broken").length;
  return cell.dataset.value === undefined ? cell.textContent.toLowerCase() : Number(cell.dataset.value);
}

function sort(head, column) {
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
  const sign = ascending ? 1 : -1;
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  body.append(...keyed.map(({ row }) => row));
}

[...find("by-case").tHead.rows[0].cells].forEach((head, column) => {
  const button = make("button", { type: "button", text: head.textContent });
  button.addEventListener("click", () => sort(head, column));
  head.replaceChildren(button);
});
form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
narrow();

// The viewer of a trial

const viewer = find("viewer");
const SIGNS = { passed: "✓", failed: "✗", broken: "!" };
const KINDS = { added: "Added", removed: "Removed", changed: "Changed" };

const block = (text) => make("pre", { text, dir: "auto", tabindex: "0" });

function fold(summary, ...children) {
  return make("details", {}, make("summary", {}, ...summary), ...children);
}

const ENTRIES = {
  said: ({ number, text, sent }) => [
    make("p", { class: "turn", text: `${number}. User` }),
    make("div", { class: "said", dir: "auto", text }),
    sent ? fold(["What was sent"], block(sent)) : null,
  ],
  answered: ({ text, interrupted }) => [
    make("div", { class: "answered", dir: "auto", text }),
    interrupted ? make("p", { class: "note", text: "(interrupted)" }) : null,
  ],
  called: ({ tool, outcome, good, arguments: given, asked, told, answer }) => [
    fold(
      [
        make("code", { text: tool }),
        " · ",
        make("span", { class: good ? "note" : "problem", text: outcome }),
        asked ? make("span", { class: "note", text: " · asked" }) : "",
      ],
      told.length ? make("ul", {}, ...told.map((text) => make("li", { dir: "auto", text }))) : null,
      make("p", { class: "note", text: "Arguments" }),
      block(given),
      make("p", { class: "note", text: "Result" }),
      block(answer),
    ),
  ],
  noted: ({ text, problem }) => [make("p", { class: problem ? "problem" : "note", dir: "auto", text })],
};

function conversation({ entries }) {
  const shown = entries?.flatMap((entry) => ENTRIES[entry.kind](entry)).filter((each) => each !== null);
  const none = entries ? "Nothing was said." : "It is not in this file; it is in the folder of the run.";
  return make(
    "section",
    { class: "conversation", "aria-label": "Conversation" },
    make("h3", { text: "Conversation" }),
    ...(shown?.length ? shown : [make("p", { class: "note", text: none })]),
  );
}

function check({ name, passed, detail }) {
  return make(
    "li",
    {},
    make("span", { class: `sign ${passed ? "passed" : "failed"}`, text: passed ? SIGNS.passed : SIGNS.failed }),
    make("span", { text: `${name} ${passed ? "passed" : "failed"}` }),
    detail ? block(detail) : null,
  );
}

function change({ kind, table, row, columns }) {
  const line = ([name, before, after]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", text: name }),
      ...(kind === "changed" ? [make("td", {}, make("del", { text: before ?? "" }))] : []),
      make("td", {}, make("ins", { text: after ?? "" })),
    );
  return make(
    "div",
    { class: `change ${kind}` },
    make("p", { dir: "auto" }, make("strong", { text: KINDS[kind] }), ` ${row}`, make("span", { class: "note", text: ` in ${table}` })),
    columns.length ? make("table", {}, make("tbody", {}, ...columns.map(line))) : null,
  );
}

function facts(pairs) {
  const lines = pairs.flatMap(([label, text]) => [make("dt", { text: label }), make("dd", { text, dir: "auto" })]);
  return make("dl", { class: "facts" }, ...lines);
}

function findings(trial) {
  const { problem, checks, changes, facts: pairs } = trial;
  return make(
    "section",
    { class: "findings", "aria-label": "Findings" },
    problem ? make("p", { class: "problem", dir: "auto", text: problem }) : null,
    make("h3", { text: "Checks" }),
    checks.length
      ? make("ul", { class: "checks" }, ...checks.map(check))
      : make("p", { class: "note", text: "Nothing was looked at." }),
    changes ? make("h3", { text: "What it changed" }) : null,
    ...(changes?.map(change) ?? []),
    changes?.length === 0 ? make("p", { class: "note", text: "Nothing." }) : null,
    make("h3", { text: "What it took" }),
    facts(pairs),
  );
}

function lead(id, link) {
  const there = link !== undefined;
  find(id).setAttribute("href", there ? link.getAttribute("href") : "#");
  if (there) find(id).removeAttribute("aria-disabled");
  else find(id).setAttribute("aria-disabled", "true");
}

let last = "";

function show() {
  const data = /^#trial-\d+$/.test(location.hash) ? find(location.hash.slice(1)) : null;
  if (!data) {
    if (viewer.open) viewer.close();
    return;
  }
  const trial = JSON.parse(data.textContent);
  find("viewer-title").replaceChildren(
    make("span", { class: trial.outcome, text: `${SIGNS[trial.outcome]} ${trial.outcome}` }),
    ` · ${trial.case} · trial ${trial.number}`,
  );
  find("viewer-body").replaceChildren(findings(trial), conversation(trial));
  const links = [...body.querySelectorAll("tr:not([hidden]) a.trial")];
  const place = links.findIndex((link) => link.getAttribute("href") === location.hash);
  lead("earlier", place > 0 ? links[place - 1] : undefined);
  lead("later", place >= 0 ? links[place + 1] : undefined);
  last = location.hash;
  if (!viewer.open) viewer.showModal();
  find("viewer-body").scrollTop = 0;
  find("viewer-body").focus();
}

addEventListener("hashchange", show);
find("close").addEventListener("click", () => viewer.close());
viewer.addEventListener("click", (event) => {
  if (event.target === viewer) viewer.close();
});
viewer.addEventListener("close", () => {
  if (viewer.open) return;
  // The same trial can be opened again, and a reload shows the report.
  if (location.hash) history.replaceState(null, "", location.href.split("#")[0]);
  body.querySelector(`a.trial[href="${last}"]`)?.focus();
});

// What lies above the page is printed on one sheet, and cut there.
function lay(open) {
  if (!viewer.open) return;
  viewer.close();
  open();
}

addEventListener("beforeprint", () => lay(() => viewer.show()));
addEventListener("afterprint", () => lay(() => viewer.showModal()));
show();
