// What pages do better with scripts; all of it works, a little less well, without.
"use strict";

const ready = (root) => {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  for (const plot of root.querySelectorAll("[data-chart]")) {
    if (window.drawChart) window.drawChart(plot);
  }
  for (const note of root.querySelectorAll("[data-without-scripts]")) note.hidden = true;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const said = button.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    copyByHand(button.dataset.copy);
  }
  const before = said.textContent;
  said.textContent = said.dataset.copied;
  const told = button.dataset.tell;
  if (told) fetch(told, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) });
  setTimeout(() => { said.textContent = before; }, 1800);
});

// Where the clipboard is closed to scripts, as on plain http.
const copyByHand = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

// A choice that is applied at once; its form has a button for browsers without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

// A choice that fills in a field, which can be typed as well.
document.addEventListener("input", (event) => {
  const { id, value, dataset } = event.target;
  if (dataset.fills && value) document.getElementById(dataset.fills).value = value;
  for (const choice of document.querySelectorAll(`select[data-fills="${id}"]`)) {
    choice.value = value;
    if (choice.selectedIndex < 0) choice.value = "";
  }
});

// What a name means that is typed into the event mapping; objectives are looked at when it is saved.
const toldBefore = new WeakMap();
document.addEventListener("input", ({ target }) => {
  const cell = target.closest(".mapped"), about = cell && cell.querySelector("p");
  if (!about) return;
  if (!toldBefore.has(about)) toldBefore.set(about, about.cloneNode(true));
  const name = target.value;
  const meant = [...target.list.options].map((one) => one.value).find((one) => one.toLowerCase() === name.toLowerCase());
  const wrong = !target.validity.valid ? target.title : meant && meant !== name ? `TikTok spells it ${meant}.` : "";
  about.className = wrong ? "problem" : "hint";
  about.textContent = wrong || `${!name ? "Off" : meant ? "Standard event" : "Custom event"}, once saved`;
  if (name === target.defaultValue) {
    const before = toldBefore.get(about);
    about.className = before.className;
    about.replaceChildren(...before.cloneNode(true).childNodes);
  }
  const isWrong = about.className === "problem";
  cell.classList.toggle("wrong", isWrong);
  target.setAttribute("aria-invalid", isWrong);
});

// Folded parts close when the pointer or the focus goes elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.switcher[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.switcher[open], details.confirm[open]")) {
    if (open.contains(document.activeElement)) { open.open = false; open.firstElementChild.focus(); }
  }
});

document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
// A button shows that its request is under way.
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.removeAttribute("aria-busy"));
document.addEventListener("DOMContentLoaded", () => ready(document));
