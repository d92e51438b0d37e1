// The library: uploads by button, drop and paste; what is chosen, by mouse and keyboard; filters that act at once.
import { ask, onDrop, Rows, Watch, words } from "./media-upload.js";

const page = document.querySelector("[data-media]");
const list = page.querySelector("[data-tiles-list]");
const watch = new Watch(list, page.dataset.tiles);
const options = { begin: page.dataset.begin, folder: page.dataset.folder };
const rows = new Rows(page.querySelector("[data-uploads]"), page.querySelector("[data-upload-row]"), {
  onSent: (id) => {
    page.querySelector("[data-nothing]")?.remove();
    watch.add(id);
  },
});
const take = (files) => rows.add(files, options);

for (const input of document.querySelectorAll("[data-upload-input]")) {
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
}
onDrop(document.documentElement, page.querySelector("[data-drop-veil]"), take);
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) take([...event.clipboardData.files]);
});

for (const button of page.querySelectorAll("[data-discard]")) {
  button.addEventListener("click", async () => {
    await ask(button.dataset.discard, {}).catch(() => {});
    const row = button.closest("li");
    const uploads = row.parentElement;
    row.remove();
    uploads.hidden = !uploads.children.length;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: words().cancelled, level: "info" } }));
  });
}

for (const field of page.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// The selection: a click with Shift takes all in between, Ctrl+A all that is shown, Escape none.
const bulk = document.getElementById("bulk");
const count = bulk.querySelector("[data-count]");
const checks = () => [...list.querySelectorAll(".tile-check")];
let last = null;

const tell = () => {
  const chosen = checks().filter((check) => check.checked).length;
  count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("#", chosen);
  page.toggleAttribute("data-choosing", chosen > 0);
};
const choose = (which) => {
  for (const check of checks()) check.checked = which(check);
  tell();
};

list.addEventListener("click", (event) => {
  const check = event.target.closest(".tile-check");
  if (!check) return;
  const all = checks();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(check)].sort((one, other) => one - other);
    for (const each of all.slice(from, to + 1)) each.checked = check.checked;
  }
  last = check;
  tell();
});
list.addEventListener("htmx:afterSettle", tell);
bulk.querySelector("[data-unselect]").addEventListener("click", () => choose(() => false));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && page.hasAttribute("data-choosing")) choose(() => false);
  if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    choose(() => true);
  }
});
tell();
addEventListener("pageshow", tell);

